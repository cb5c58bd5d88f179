package io.github.glimpse.request;

import static io.github.glimpse.request.PictureServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.request.ImageUrlOptions.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ImageFetcherTest {

    private static final String HOST = "pictures.test";
    private static final String PICTURE = "picture";
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final long LIMIT = 1000;
    private static final Duration TIME = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(300);

    private PictureServer server = start(text(OK, "Content-Length: 7\r\n\r\n", PICTURE));

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void fetchesAPictureAndSaysWhatIsNeeded() {
        assertThat(fetch(url("/a%20b.png?key=1#part"))).isEqualTo(PICTURE);
        assertThat(server.heads())
                .containsExactly("GET /a%20b.png?key=1 HTTP/1.1\r\nHost: pictures.test:" + server.port()
                        + "\r\nUser-Agent: glimpse\r\nAccept: image/*\r\nAccept-Encoding: identity\r\n"
                        + "Connection: close\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n\r\npicture",
                "HTTP/1.0 200\n\npicture",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: identity\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 7\r\n\r\npicture and more",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\npic\r\n4;x=y\r\nture\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npicture\r\n0\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLocation: /x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture"
            })
    void readsEveryFraming(String answer) {
        restart(text(answer));

        assertThat(fetch(url("/"))).isEqualTo(PICTURE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n\r\n",
                "220 smtp ready\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 8\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npicture more\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npicture\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 206 Partial\r\nContent-Length: 7\r\n\r\npicture",
                "HTTP/1.1 401 Unauthorized\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\n\r\n",
                "HTTP/1.1 503 Busy\r\n\r\n",
                "HTTP/1.1 302 Found\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n"
            })
    void refusesWrongAnswersWithTheHostAndWithoutTheUrl(String answer) {
        restart(text(answer));

        assertRefused(() -> fetch(url("/path?key=secret")), HOST).hasMessageNotContainingAny("path", "secret", "12345");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\npicture",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n"
            })
    void refusesAnnouncedSizesAboveTheLimitAsTooLarge(String answer) {
        restart(text(answer));

        assertTooLarge(() -> fetch(url("/path?key=secret"))).hasMessageNotContainingAny("path", "secret", "12345");
    }

    @Test
    void stopsAtTheLimitOfAnEndlessBody() {
        restart((head, out) -> {
            text(OK, "\r\n").answer(head, out);
            while (true) {
                out.write(new byte[512]);
            }
        });

        assertTooLarge(() -> fetch(url("/")));
    }

    @Test
    void takesAPictureOfExactlyTheLimit() {
        restart(text(OK, "\r\n", "x".repeat((int) LIMIT)));
        assertThat(fetch(url("/"))).hasSize((int) LIMIT);

        restart(text(OK, "\r\n", "x".repeat((int) LIMIT + 1)));
        assertTooLarge(() -> fetch(url("/")));
    }

    @Test
    void stopsAtTheLimitOfEndlessChunks() {
        restart((head, out) -> {
            text(OK, "Transfer-Encoding: chunked\r\n\r\n").answer(head, out);
            while (true) {
                text("1\r\nx\r\n").answer(head, out);
            }
        });

        assertTooLarge(() -> fetch(url("/")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x: y\r\n", "\r\nHTTP/1.1 100 Continue\r\n"})
    void stopsAtTheLimitOfAnEndlessHead(String part) {
        restart((head, out) -> {
            text("HTTP/1.1 100 Continue\r\n").answer(head, out);
            while (true) {
                text(part).answer(head, out);
            }
        });

        assertRefused(() -> fetch(url("/")), "head that is too long");
    }

    @Test
    void theTimeLimitHoldsForTheWholeAnswerAndNotForEachByte() {
        restart((head, out) -> {
            text(OK, "\r\n").answer(head, out);
            while (true) {
                out.write('x');
                out.flush();
                Thread.sleep(20);
            }
        });

        // The server never ends its answer.
        assertRefused(() -> fetch(url("/"), hosts(SHORT)), HOST, "300 ms");
    }

    @Test
    void theTimeLimitHoldsForASilentServerAndForRedirectsTogether() {
        restart((head, out) -> {
            Thread.sleep(120);
            text("HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n").answer(head, out);
        });
        assertRefused(() -> fetch(url("/"), hosts(SHORT)), "300 ms");

        restart((head, out) -> Thread.sleep(20_000));
        assertRefused(() -> fetch(url("/"), hosts(SHORT)), "300 ms");
    }

    @Test
    void theTimeLimitHoldsForALookUp() {
        CountDownLatch never = new CountDownLatch(1);
        ImageFetcher fetcher = fetcher(hosts(SHORT), host -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException();
            }
            return loopback();
        });

        assertRefused(() -> OneFetch.of(fetcher, url("/")), "300 ms");
        never.countDown();
    }

    @Test
    void anInterruptEndsTheWaitAndTheConnection() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        restart((head, out) -> {
            text(OK, "\r\n").answer(head, out);
            asked.countDown();
            try {
                while (true) {
                    out.write('x');
                    out.flush();
                    Thread.sleep(10);
                }
            } catch (IOException e) {
                gone.countDown();
            }
        });
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CompletableFuture<Boolean> status = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                fetch(url("/"));
            } catch (RuntimeException e) {
                status.complete(Thread.currentThread().isInterrupted());
                thrown.complete(e);
            }
        });
        caller.start();
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();

        assertThat(thrown.get(10, TimeUnit.SECONDS)).isExactlyInstanceOf(NonRetriableException.class);
        assertThat(status.get()).isTrue();
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void followsThreeRedirectsAndNoFourth() {
        AtomicInteger left = new AtomicInteger(3);
        restart((head, out) -> {
            boolean arrived = left.getAndDecrement() == 0;
            String target = List.of("/c?d=e", "b", "//pictures.test:" + server.port() + "/a", "")
                    .get(Math.max(0, left.get() + 1) % 4);
            text(arrived ? OK + "\r\n" + PICTURE : "HTTP/1.1 307 Found\r\nLocation: " + target + "\r\n\r\n")
                    .answer(head, out);
        });

        assertThat(fetch(url("/start"))).isEqualTo(PICTURE);
        assertThat(server.heads()).hasSize(4);

        left.set(4);
        assertRefused(() -> fetch(url("/start")), "3 redirects");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://pictures.test/a",
                "data:image/png;base64,AAAA",
                "jar:http://pictures.test!/a",
                "http://other.test/",
                "http://pictures.test:1/",
                "http://user@pictures.test/",
                "http://127.0.0.1/",
                "http://2130706433/",
                "http://[::1]/",
                "http://169.254.169.254/latest/meta-data/",
                "http:opaque"
            })
    void checksEveryHopAnew(String target) {
        restart(text("HTTP/1.1 301 Moved\r\nLocation: ", target, "\r\n\r\n"));

        assertRefused(() -> fetch(url("/")));
        assertThat(server.heads()).hasSize(1);
    }

    @Test
    void looksUpAnewAndChecksTheAnswerAtEveryHop() throws Exception {
        restart(text("HTTP/1.1 302 Found\r\nLocation: http://inner.example/\r\n\r\n"));
        InetAddress inner = InetAddress.getByName("10.1.2.3");
        ImageFetcher fetcher = fetcher(
                new ImageUrlOptions(Access.ANY, List.of(HOST + ":" + server.port()), TIME, TIME, LIMIT),
                host -> host.equals(HOST) ? loopback() : new InetAddress[] {inner});

        assertRefused(() -> OneFetch.of(fetcher, url("/")), "inner.example", "private")
                .hasMessageNotContaining("10.1.2.3");
    }

    @Test
    void looksUpOnceAndConnectsToThatAddress() {
        AtomicInteger lookUps = new AtomicInteger();
        ImageFetcher fetcher = fetcher(hosts(TIME), host -> {
            // A second answer would lead elsewhere.
            return lookUps.getAndIncrement() == 0 ? loopback() : new InetAddress[0];
        });

        assertThat(OneFetch.of(fetcher, url("/"))).hasSize(PICTURE.length());
        assertThat(lookUps).hasValue(1);
    }

    // One of each kind and length; all others are AddressKindTest's.
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "169.254.169.254", "::1", "fe80::1"})
    void refusesNamesThatLeadToInnerAddressesEvenBesidePublicOnes(String address) throws UnknownHostException {
        InetAddress[] answers = {InetAddress.getByName("8.8.8.8"), InetAddress.getByName(address)};
        for (ImageUrlOptions options : List.of(any(), any("*.example.com"), any("photos.example.com:8080"))) {
            ImageFetcher fetcher = fetcher(options, host -> answers);

            assertRefused(
                    () -> OneFetch.of(fetcher, URI.create("http://photos.example.com/")),
                    "photos.example.com",
                    "address");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "fe80::1"})
    void namingAHostDoesNotPermitSpecialAddresses(String address) throws UnknownHostException {
        InetAddress[] answers = {InetAddress.getByName(address)};
        ImageFetcher fetcher = fetcher(any(HOST), host -> answers);

        assertRefused(() -> OneFetch.of(fetcher, URI.create("http://" + HOST + "/")), HOST, "never");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://127.1/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://0177.0.0.1/",
                "http://[::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://[::127.0.0.1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[2002:7f00:1::]/",
                "http://[fe80::1%25lo]/",
                "http://169.254.169.254/",
                "http://user:password@8.8.8.8/",
                "http://@8.8.8.8/",
                "http://8.8.8.8:22/",
                "http://8.8.8.8:0/",
                "http://8.8.8.8:65536/",
                "http:///a",
                "http:a",
                "file:///etc/passwd"
            })
    void refusesUrlsBeforeAnybodyIsAsked(String url) {
        ImageFetcher fetcher = fetcher(any(), host -> {
            throw new AssertionError("asked for " + host);
        });

        assertRefused(() -> fetcher.check(URI.create(url), "image 2 of 3"), "image 2 of 3")
                .hasMessageNotContainingAny("password", "passwd");
    }

    @Test
    void namesWhatStandsInTheHostsPlace() {
        ImageFetcher fetcher = fetcher(any(), host -> new InetAddress[0]);

        assertRefused(() -> fetcher.check(URI.create("http://127.1/a"), "image"), "the host 127.1 is not a host name");
        assertRefused(() -> fetcher.check(URI.create("http://me:password@127.1/a"), "image"), "the host 127.1 is")
                .hasMessageNotContaining("password");
    }

    @Test
    void refusesHostsThatAreNotListed() {
        ImageFetcher fetcher = fetcher(hosts(TIME), host -> loopback());

        assertRefused(
                () -> fetcher.check(URI.create("https://other.test/a?b"), "image"), "other.test", "allowed-hosts");
        assertRefused(() -> fetcher.check(URI.create("https://" + HOST + "/"), "image"), HOST, "allowed-hosts");
    }

    @Test
    void saysWhenAHostIsUnknownOrClosed() throws IOException {
        ImageFetcher unknown = fetcher(hosts(TIME), host -> {
            throw new UnknownHostException(host);
        });
        assertRefused(() -> OneFetch.of(unknown, url("/")), HOST, "not known");

        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        ImageFetcher fetcher = fetcher(any(HOST + ":" + closed), host -> loopback());
        assertRefused(
                () -> OneFetch.of(fetcher, URI.create("http://" + HOST + ":" + closed + "/")),
                HOST,
                "cannot be connected to");
    }

    @Test
    void triesTheNextAddressWhenOneIsClosed() throws UnknownHostException {
        InetAddress[] answers = {InetAddress.getByName("127.0.0.2"), loopback()[0]};

        assertThat(OneFetch.of(fetcher(hosts(TIME), host -> answers), url("/"))).hasSize(PICTURE.length());
    }

    private URI url(String target) {
        return URI.create("http://" + HOST + ":" + server.port() + target);
    }

    private ImageUrlOptions hosts(Duration time) {
        return new ImageUrlOptions(Access.ALLOW_LIST, List.of(HOST + ":" + server.port()), time, time, LIMIT);
    }

    private static ImageUrlOptions any(String... hosts) {
        return new ImageUrlOptions(Access.ANY, List.of(hosts), TIME, TIME, LIMIT);
    }

    private String fetch(URI url) {
        return fetch(url, hosts(TIME));
    }

    private static String fetch(URI url, ImageUrlOptions options) {
        return new String(OneFetch.of(fetcher(options, host -> loopback()), url), StandardCharsets.ISO_8859_1);
    }

    private static ImageFetcher fetcher(ImageUrlOptions options, ImageFetcher.Resolver resolver) {
        return new ImageFetcher(options, resolver, () -> {
            throw new AssertionError("no TLS in this test");
        });
    }

    private static InetAddress[] loopback() {
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    private static PictureServer start(PictureServer.Script script) {
        try {
            return new PictureServer(script);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void restart(PictureServer.Script script) {
        PictureServer before = server;
        server = start(script);
        try {
            before.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertTooLarge(
            ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll(HOST, "1000 bytes", "max-image-size")
                .cause()
                .isExactlyInstanceOf(ImageTooLargeException.class)
                .hasNoCause();
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
            ThrowingCallable call, String... texts) {
        var refusal = assertThatThrownBy(call)
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasNoCause();
        for (String text : texts) {
            refusal.hasMessageContaining(text);
        }
        return refusal;
    }
}
