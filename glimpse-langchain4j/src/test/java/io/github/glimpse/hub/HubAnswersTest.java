package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hub may answer instead of what was asked for. */
class HubAnswersTest {

    private static final String WEIGHTS = "model.safetensors";

    private final LoopbackHub hub = LoopbackHub.withModel(50_000);

    @TempDir
    Path cache;

    @AfterEach
    void stop() {
        hub.close();
    }

    @ParameterizedTest(name = "{0} {1} with token {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            401 |                  | false | does not exist on 127.0.0.1, or is private (401): check the name, or set HF_TOKEN
            401 | RepoNotFound     | false | does not exist on 127.0.0.1, or is private (401): check the name, or set HF_TOKEN
            401 |                  | true  | refuses the token for 'someone/tiny-model' (401)
            403 |                  | true  | its account or its scope has no access
            401 | GatedRepo        | false | is gated (401): accept its terms at http://127.0.0.1
            403 | GatedRepo        | true  | the present token's account has no access yet
            404 | RepoNotFound     | false | has no repository 'someone/tiny-model', or it has no revision 'main' (404)
            404 | RevisionNotFound | false | 'someone/tiny-model' has no revision 'main'
            404 |                  | true  | has no repository 'someone/tiny-model', or it has no revision 'main' (404)
            418 |                  | false | answers with status 418
            400 |                  | false | answers with status 400
            """)
    void saysWhatARefusalMeansAndDoesNotAskAgain(int status, String code, boolean token, String message) {
        hub.plant((exchange, asked) -> {
            LoopbackHub.refuse(exchange, status, "X-Error-Code", code == null ? "" : code);
            return true;
        });

        assertThatThrownBy(() -> HubTrials.open(withToken(token ? "hf_secret" : null)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'hf:someone/tiny-model@main' cannot be fetched. ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("hf_secret");
        assertThat(hub.asked()).hasSize(1);
    }

    @Test
    void saysThatARepositoryIsGatedWhenOnlyItsFilesAre() {
        hub.plant((exchange, asked) -> {
            boolean file = asked.path().contains("/resolve/");
            if (file) {
                LoopbackHub.refuse(exchange, 401, "X-Error-Code", "GatedRepo", "X-Error-Message", "restricted");
            }
            return file;
        });

        assertRefused("'someone/tiny-model' is gated (401): accept its terms", "set HF_TOKEN", "/settings/tokens");
    }

    @Test
    void saysWhichFileIsMissing() {
        hub.plant((exchange, asked) -> {
            boolean file = asked.path().endsWith("/tokenizer.json");
            if (file) {
                LoopbackHub.refuse(exchange, 404, "X-Error-Code", "EntryNotFound");
            }
            return file;
        });

        assertRefused("has no file 'tokenizer.json'");
    }

    @Test
    void repeatsWhatTheServerSaysWithoutControlCharactersOrEnd() {
        hub.plant((exchange, asked) -> {
            LoopbackHub.refuse(exchange, 400, "X-Error-Message", "bad\trequest " + "x".repeat(5_000));
            return true;
        });

        assertThatThrownBy(() -> HubTrials.open(hub, cache))
                .message()
                .contains("'bad request xxx")
                .hasSizeLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 429, 408})
    void asksAgainAfterAFailureOfTheServer(int status) {
        AtomicInteger failures = new AtomicInteger(3);
        hub.plant((exchange, asked) -> {
            boolean fail = failures.getAndDecrement() > 0;
            if (fail) {
                LoopbackHub.refuse(exchange, status);
            }
            return fail;
        });

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/revision/main", "/config.json", "/" + WEIGHTS})
    void givesUpOnAServerThatFailsForGood(String pathEnd) {
        hub.plant((exchange, asked) -> {
            boolean fail = asked.path().endsWith(pathEnd);
            if (fail) {
                LoopbackHub.refuse(exchange, 503, "X-Error-Message", "maintenance");
            }
            return fail;
        });

        assertRefused("127.0.0.1 fails with status 503");
        assertThat(hub.asked().stream().filter(asked -> asked.path().endsWith(pathEnd)))
                .hasSize(HubTrials.FAST.mostFailures());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsAsLongAsTheServerAsks(boolean asDate) {
        AtomicInteger failures = new AtomicInteger(1);
        hub.plant((exchange, asked) -> {
            boolean fail = failures.getAndDecrement() > 0;
            if (fail) {
                String then = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2));
                LoopbackHub.refuse(exchange, 429, "Retry-After", asDate ? then : "1");
            }
            return fail;
        });
        long start = System.nanoTime();

        HubTrials.open(hub, cache);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void doesNotWaitLongerThanThePolicyAllows() {
        hub.plant((exchange, asked) -> {
            LoopbackHub.refuse(exchange, 429, "Retry-After", "86400");
            return true;
        });

        assertRefused("limits how often it may be asked (429); it asks to wait 86400 s", "with HF_TOKEN set");
        assertThat(hub.asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../evil", "/etc/passwd", "a/../../evil", "..", "a\\\\..\\\\evil", ""})
    void refusesFileNamesThatLeadElsewhere(String name) {
        answerListing("{\"sha\":\"" + hub.commit() + "\",\"siblings\":[{\"rfilename\":\"" + name + "\"}]}");

        assertRefused("which is a path to somewhere else; nothing was fetched");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"sha\":\"../../../evil\"}",
                "{\"sha\":\"main\"}",
                "{\"sha\":7}",
                "{\"sha\":null,\"siblings\":3}"
            })
    void refusesCommitsThatAreNone(String json) {
        answerListing(json);

        assertRefused("which is not its commit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>Please sign in</html>", "", "[", "{\"sha\":\"a\",\"sha\":\"b\"}"})
    void refusesListsThatAreNone(String json) {
        answerListing(json);

        assertRefused("The list of files of 'someone/tiny-model@main'", "HF_ENDPOINT");
    }

    @Test
    void refusesAListWithoutEnd() {
        hub.plant((exchange, asked) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] megabyte = new byte[1 << 20];
            for (int i = 0; i < 20; i++) {
                exchange.getResponseBody().write(megabyte);
            }
            return true;
        });

        assertRefused("is larger than 16777216 bytes");
    }

    @Test
    void refusesAnotherCommitThanTheOneThatWasAskedFor() {
        hub.plant((exchange, asked) -> {
            if (asked.path().contains("/resolve/")) {
                LoopbackHub.refuse(
                        exchange, 200, "X-Repo-Commit", "3".repeat(40), "ETag", "\"" + "a".repeat(40) + "\"");
                return true;
            }
            return false;
        });

        assertRefused("of commit 3333333333333333333333333333333333333333 instead of 1111111111");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"../../evil\"", "\"abc\"", "", "W/\"0123\""})
    void refusesChecksumsThatAreNone(String tag) {
        describe("ETag", tag, "Content-Length", "5");

        assertRefused("The hub gives no SHA-256 or git SHA-1 for 'config.json'");
    }

    @Test
    void refusesNamesOfBlobsThatArePathsEvenWithoutVerification() {
        describe("ETag", "\"../../evil\"", "Content-Length", "5");

        assertThatThrownBy(() -> HubTrials.open(HubTrials.options(hub, cache).toBuilder()
                        .verifyChecksums(false)
                        .build()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("../../evil");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-5", "many", "99999999999999999999"})
    void refusesFilesOfUnknownSize(String size) {
        describe("X-Linked-Etag", "\"" + "a".repeat(40) + "\"", "X-Linked-Size", size);

        assertRefused("The hub does not say how large 'config.json' is");
    }

    @Test
    void takesWeakTags() {
        hub.plant((exchange, asked) -> {
            if (asked.method().equals("HEAD") && asked.path().endsWith("config.json")) {
                String name = asked.path().substring(asked.path().lastIndexOf('/') + 1);
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(hub.file(name).length));
                LoopbackHub.refuse(exchange, 200, "ETag", "W/\"" + hub.checksum(name) + "\"");
                return true;
            }
            return false;
        });

        assertThat(HubTrials.open(hub, cache)).isDirectory();
    }

    @Test
    void writesNothingOutsideTheCacheForAnIndexThatLeadsElsewhere() throws IOException {
        hub.without(WEIGHTS)
                .with("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../../evil.safetensors\"}}");
        Path inner = cache.resolve("inner");

        assertThatThrownBy(() -> HubTrials.open(HubTrials.options(hub, inner)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("only plain names");
        try (Stream<Path> files = Files.walk(cache)) {
            assertThat(files).noneMatch(file -> file.toString().contains("evil"));
        }
    }

    @Test
    void saysWhenNobodyAnswers() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        assertThatThrownBy(() -> HubTrials.open(at(port)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("The connection to http://127.0.0.1:" + port + " failed: ConnectException")
                .hasMessageContaining("-Dhttps.proxyHost");
    }

    @Test
    void saysWhenThereIsNoSuchHost() {
        // A label of more than 63 characters is refused on this machine: nobody is asked.
        URI nowhere = URI.create("http://" + "x".repeat(64) + ".invalid");
        HubOptions options =
                HubTrials.options(hub, cache).toBuilder().endpoint(nowhere).build();

        assertThatThrownBy(() -> HubTrials.open(options))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("The connection to " + nowhere + " failed: ConnectException (Unresolved");
    }

    @Test
    void saysWhenAServerTakesTheCallAndStaysSilent() throws IOException {
        RetryPolicy policy = new RetryPolicy(
                2,
                2,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                1);
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            HubLocation location = HubLocation.parse("hf:" + LoopbackHub.REPOSITORY);
            HubSource source = new HubSource(location, RepositoryContent.MODEL, at(silent.getLocalPort()), policy);

            assertThatThrownBy(source::directory)
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("no answer within");
        }
    }

    @Test
    void livesThroughAnswersThatAreNoise() throws IOException, InterruptedException {
        Thread server;
        try (ServerSocket noise = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server = new Thread(() -> answerWithNoise(noise, new Random(8)));
            server.start();
            for (int round = 0; round < 40; round++) {
                HubLocation location = HubLocation.parse("hf:" + LoopbackHub.REPOSITORY);
                HubSource source = new HubSource(
                        location, RepositoryContent.MODEL, at(noise.getLocalPort()), HubTrials.FAST.once());
                assertThatThrownBy(source::directory).isInstanceOf(ModelFilesException.class);
            }
        }
        server.join(60_000);
    }

    private static void answerWithNoise(ServerSocket noise, Random random) {
        while (!noise.isClosed()) {
            try (Socket socket = noise.accept()) {
                socket.getInputStream().read(new byte[4_096]);
                byte[] bytes = new byte[random.nextInt(3_000)];
                random.nextBytes(bytes);
                if (random.nextBoolean()) {
                    String start = "HTTP/1.1 " + random.nextInt(700) + " OK\r\nContent-Length: " + random.nextInt(5_000)
                            + "\r\n";
                    socket.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
                }
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                // The client has hung up, or the test is over.
            }
        }
    }

    private void answerListing(String json) {
        hub.plant((exchange, asked) -> {
            hub.send(exchange, json.getBytes(StandardCharsets.UTF_8), 0);
            return true;
        });
    }

    private void describe(String... headers) {
        hub.plant((exchange, asked) -> {
            boolean head = asked.method().equals("HEAD");
            if (head) {
                LoopbackHub.refuse(exchange, 200, headers);
            }
            return head;
        });
    }

    private HubOptions withToken(@Nullable String token) {
        return HubTrials.options(hub, cache).toBuilder().token(token).build();
    }

    private HubOptions at(int port) {
        return HubTrials.options(hub, cache).toBuilder()
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .build();
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> HubTrials.open(hub, cache))
                .isInstanceOf(ModelFilesException.class)
                .message()
                .contains(parts);
    }
}
