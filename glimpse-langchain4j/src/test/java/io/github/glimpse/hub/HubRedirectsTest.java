package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
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
