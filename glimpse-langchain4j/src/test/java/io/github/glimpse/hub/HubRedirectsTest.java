package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a hub may send us, and with what. */
class HubRedirectsTest {

    private static final String WEIGHTS = "model.safetensors";

    private final LoopbackHub hub = LoopbackHub.withModel(50_000);

    @TempDir
    Path cache;

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void passesTheTokenToTheHubAndToNobodyElse() {
        HubTrials.open(withToken("hf_secret"));

        assertThat(hub.asked())
                .anyMatch(asked -> asked.isOfStore() && asked.host().equals("localhost"));
        assertThat(hub.asked()).allSatisfy(asked -> assertThat(asked.authorization())
                .isEqualTo(asked.isOfStore() ? null : "Bearer hf_secret"));
    }

    @Test
    void passesTheTokenNeitherToAnotherPortNorBackFromThere() {
        try (LoopbackHub other = new LoopbackHub()) {
            hub.plant((exchange, asked) -> {
                boolean away = asked.method().equals("GET") && asked.path().endsWith("/config.json");
                if (away) {
                    LoopbackHub.redirect(exchange, other.endpoint() + "/away");
                }
                if (asked.path().equals("/back")) {
                    hub.send(exchange, hub.file("config.json"), 0);
                }
                return away || asked.path().equals("/back");
            });
            other.plant((exchange, asked) -> {
                LoopbackHub.redirect(exchange, hub.endpoint() + "/back");
                return true;
            });

            HubTrials.open(withToken("hf_secret"));

            assertThat(other.asked()).singleElement().satisfies(asked -> assertThat(asked.authorization())
                    .isNull());
            assertThat(hub.asked())
                    .filteredOn(asked -> asked.path().equals("/back"))
                    .singleElement()
                    .satisfies(asked -> assertThat(asked.authorization()).isNull());
        }
    }

    @Test
    void followsRedirectsWithinTheHubWithTheToken() {
        hub.plant((exchange, asked) -> {
            boolean moved = asked.path().startsWith("/api/models/someone/tiny-model/");
            if (moved) {
                LoopbackHub.redirect(exchange, "/moved");
            }
            if (asked.path().equals("/moved")) {
                String json = "{\"sha\":\"" + hub.commit() + "\",\"siblings\":[{\"rfilename\":\"x\"}]}";
                hub.send(exchange, json.getBytes(StandardCharsets.UTF_8), 0);
            }
            return moved || asked.path().equals("/moved");
        });

        assertThatThrownBy(() -> HubTrials.open(withToken("hf_secret"))).hasMessageContaining("no config.json");
        assertThat(hub.asked()).hasSize(2).allSatisfy(asked -> assertThat(asked.authorization())
                .isEqualTo("Bearer hf_secret"));
    }

    @Test
    void endsARoundOfRedirects() {
        hub.plant((exchange, asked) -> {
            LoopbackHub.redirect(exchange, "/round?" + System.nanoTime());
            return true;
        });

        assertRefused("more than 10 redirects");
        assertThat(hub.asked()).hasSize(11);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            none                 | without the address of a web server
            file:///etc/passwd   | without the address of a web server
            ftp://127.0.0.1/x    | without the address of a web server
            http://              | an address that is none
            http://a b/          | an address that is none
            """)
    void refusesRedirectsToNowhere(String location, String message) {
        hub.plant((exchange, asked) -> {
            LoopbackHub.refuse(exchange, 302, location == null ? new String[0] : new String[] {"Location", location});
            return true;
        });

        assertRefused(message);
        assertThat(hub.asked()).hasSize(1);
    }

    @Test
    void doesNotGoOnWithoutEncryption() throws HubRefusal {
        URI secure = URI.create("https://hub.example/a/b");

        assertThatThrownBy(() -> HubConnection.target(secure, location("http://hub.example/a/b")))
                .hasMessageContaining("redirects from https to http (hub.example)");
        assertThat(HubConnection.target(secure, location("../c"))).hasToString("https://hub.example/c");
        assertThat(HubConnection.target(secure, location("//store.example/c"))).hasToString("https://store.example/c");
        assertThat(HubConnection.target(URI.create("http://hub.example/"), location("https://hub.example/")))
                .hasToString("https://hub.example/");
    }

    /** The hub is on this machine, but for the check it has the address that is said here. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            93.184.216.34 | 127.0.0.1      | this machine
            93.184.216.34 | ::1            | this machine
            93.184.216.34 | 10.1.2.3       | an inner network
            93.184.216.34 | fc00::5        | an inner network
            93.184.216.34 | 169.254.169.254 | link-local
            93.184.216.34 | 0.0.0.0        | link-local
            93.184.216.34 | fe80::1        | link-local
            10.1.2.3      | 127.0.0.1      | this machine
            127.0.0.1     | 169.254.169.254 | link-local
            """)
    void leadsNobodyFurtherInsideThanTheHubIs(String hubs, String addressOfTarget, String place) throws Exception {
        try (LoopbackHub inner = new LoopbackHub()) {
            hub.plant((exchange, asked) -> {
                LoopbackHub.redirect(
                        exchange, inner.endpoint().toString().replace("127.0.0.1", "localhost") + "/latest/meta-data");
                return true;
            });
            HubConnection connection =
                    new HubConnection(HubTrials.options(hub, cache), HubTrials.FAST, host -> new InetAddress[] {
                        InetAddress.getByName("93.184.216.34"),
                        InetAddress.getByName(host.equals("127.0.0.1") ? hubs : addressOfTarget)
                    });

            assertThatThrownBy(() -> connection.send("GET", "/api/models/x", 0))
                    .isInstanceOf(HubRefusal.class)
                    .hasMessageContaining("127.0.0.1 redirects to localhost, which is ")
                    .hasMessageContaining(place)
                    .hasMessageContaining("HF_ENDPOINT");
            assertThat(inner.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "93.184.216.34, 93.184.216.35",
        "127.0.0.1,     93.184.216.35",
        "127.0.0.1,     127.0.0.1",
        "127.0.0.1,     10.1.2.3",
        "10.9.9.9,      10.1.2.3",
        "10.9.9.9,      192.168.0.2"
    })
    void followsRedirectsThatDoNot(String hubs, String addressOfTarget) throws Exception {
        URI endpoint = URI.create("http://hub.example");
        RedirectCheck check = new RedirectCheck(endpoint, host ->
                new InetAddress[] {InetAddress.getByName(host.equals("hub.example") ? hubs : addressOfTarget)});

        assertThatCode(() -> check.check(endpoint, URI.create("http://store.example/x")))
                .doesNotThrowAnyException();
    }

    @Test
    void anInnerAddressInAnySpellingIsSeenForWhatItIs() {
        URI endpoint = URI.create("https://93.184.216.34");
        RedirectCheck check = new RedirectCheck(endpoint, InetAddress::getAllByName);

        for (String host : List.of("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "localhost")) {
            assertThatThrownBy(() -> check.check(endpoint, URI.create("https://" + host + "/x")))
                    .as(host)
                    .isInstanceOf(HubRefusal.class);
        }
    }

    @Test
    void aHubMayAlwaysSendToItself() {
        URI endpoint = URI.create("http://169.254.1.1:8080");
        RedirectCheck check = new RedirectCheck(endpoint, InetAddress::getAllByName);

        assertThatCode(() -> check.check(endpoint, URI.create("http://169.254.1.1:9090/x")))
                .doesNotThrowAnyException();
    }

    @Test
    void asksTheHubForANewAddressWhenTheStoresOneHasRunOut() {
        AtomicInteger refusals = new AtomicInteger(2);
        hub.plant((exchange, asked) -> {
            boolean expired = asked.isOfStore() && refusals.getAndDecrement() > 0;
            if (expired) {
                LoopbackHub.refuse(exchange, 403);
            }
            return expired;
        });

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
        assertThat(hub.count("GET", "/" + WEIGHTS)).isEqualTo(3);
    }

    @Test
    void keepsSignedAddressesOutOfMessages() {
        hub.plant((exchange, asked) -> {
            if (asked.isOfStore()) {
                LoopbackHub.refuse(exchange, 403);
            }
            return asked.isOfStore();
        });

        assertThatThrownBy(() -> HubTrials.open(hub, cache))
                .hasMessageContaining(
                        "localhost, to which 127.0.0.1 sends for 'model.safetensors', refuses with status 403")
                .hasMessageNotContaining("signature");
    }

    private HubOptions withToken(@Nullable String token) {
        return HubTrials.options(hub, cache).toBuilder().token(token).build();
    }

    private static HttpHeaders location(String location) {
        return HttpHeaders.of(Map.of("Location", List.of(location)), (name, value) -> true);
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> HubTrials.open(hub, cache))
                .isInstanceOf(ModelFilesException.class)
                .message()
                .contains(parts);
    }
}
