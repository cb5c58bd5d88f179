package io.github.glimpse.examples.playground.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Response;
import com.sun.net.httpserver.HttpServer;
import io.github.glimpse.examples.playground.PlaygroundApplication;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What a page of another site can do in a browser that also reaches the page of Glimpse or its OpenAI endpoint on this machine:
 * nothing is computed for it and it reads nothing. Names of other sites are pointed to this machine by the browser.
 */
@Tag("thorough")
@Tag("reference")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherSitesIT {

    private static final String OTHER = "other.test";
    private static final String REBOUND = "rebound.test";
    private static final String ASK = "{\"messages\": [{\"role\": \"user\", \"text\": \"What is it?\"}]}";
    private static final String CHAT =
            "{\"max_tokens\": 4, \"messages\": [{\"role\": \"user\", \"content\": \"What is it?\"}]}";

    /** What the page of another site tries; each says what it could read. */
    private static final String TRIES = """
            async ([url, body, read]) => {
              const said = {};
              const attempt = async (name, target, options) => {
                try {
                  const answer = await fetch(target, options);
                  said[name] = answer.type + ' ' + answer.status + ' ' + (await answer.text());
                } catch (e) {
                  said[name] = 'failed';
                }
              };
              const form = () => { const f = new FormData(); f.append('request', body); return f; };
              await attempt('form', url, {method: 'POST', mode: 'no-cors', body: form()});
              await attempt('text', url, {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'text/plain'}, body});
              await attempt('beaconed', url, {method: 'POST', mode: 'no-cors', keepalive: true, body});
              await attempt('json', url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body});
              await attempt('readable form', url, {method: 'POST', body: form()});
              await attempt('credentials', url, {method: 'POST', mode: 'no-cors', credentials: 'include', body: form()});
              await attempt('read', read, {});
              await attempt('opaque read', read, {mode: 'no-cors'});
              return said;
            }
            """;

    /** The same as the page itself does it. */
    private static final String OWN = """
            async ([url, body, multipart]) => {
              const form = new FormData();
              form.append('request', body);
              const answer = await fetch(url, multipart
                ? {method: 'POST', body: form}
                : {method: 'POST', headers: {'Content-Type': 'application/json'}, body});
              return answer.status + ' ' + (await answer.text());
            }
            """;

    private enum Door {
        PLAYGROUND("/glimpse/playground/ask", "/glimpse/playground/facts", ASK, true, PlaygroundApplication.class),
        ENDPOINT("/v1/chat/completions", "/v1/models", CHAT, false, Endpoint.class);

        private final String asks;
        private final String reads;
        private final String body;
        private final boolean multipart;
        private final Class<?> application;

        Door(String asks, String reads, String body, boolean multipart, Class<?> application) {
            this.asks = asks;
            this.reads = reads;
            this.body = body;
            this.multipart = multipart;
            this.application = application;
        }
    }

    /** An application without the page's own guard, so that the endpoint's stands alone. */
    @EnableAutoConfiguration
    static class Endpoint {}

    private final Map<Door, ConfigurableApplicationContext> applications = new HashMap<>();
    private HttpServer other;
    private Playwright playwright;
    private Browser browser;

    @BeforeAll
    void start() throws IOException {
        Path chromium = PageInChromium.chromium();
        for (Door door : Door.values()) {
            applications.put(
                    door,
                    new SpringApplicationBuilder(door.application)
                            .run("--server.port=0", "--server.address=127.0.0.1", "--glimpse.openai.enabled=true"));
        }
        other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            byte[] page = "<!doctype html><title>Another site</title>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        other.start();
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-dev-shm-usage",
                                "--host-resolver-rules=MAP " + OTHER + " 127.0.0.1, MAP " + REBOUND + " 127.0.0.1")));
    }

    @AfterAll
    void stop() {
        if (browser == null) {
            return;
        }
        browser.close();
        playwright.close();
        other.stop(0);
        applications.values().forEach(ConfigurableApplicationContext::close);
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    @SuppressWarnings("unchecked")
    void aPageOfAnotherSiteHasNothingComputedAndReadsNothing(Door door) {
        long before = tokens(door);
        try (Page page = browser.newPage()) {
            page.navigate("http://" + OTHER + ":" + other.getAddress().getPort() + "/");
            for (String host : List.of("127.0.0.1", "localhost")) {
                String server = "http://" + host + ":" + port(door);
                Map<String, String> said = (Map<String, String>)
                        page.evaluate(TRIES, List.of(server + door.asks, door.body, server + door.reads));

                assertThat(said).hasSize(8).allSatisfy((attempt, answer) -> assertThat(answer.strip())
                        .as(attempt)
                        .isIn("failed", "opaque 0"));
            }
        }
        assertThat(engine(door).activeRequests()).isZero();
        assertThat(tokens(door)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void aFormOfAnotherSiteIsRefused(Door door) {
        long before = tokens(door);
        try (Page page = browser.newPage()) {
            page.navigate("http://" + OTHER + ":" + other.getAddress().getPort() + "/");
            String target = "http://127.0.0.1:" + port(door) + door.asks;
            Response answer = page.waitForResponse(target, () -> page.evaluate("""
                    ([url, body]) => {
                      const form = document.createElement('form');
                      form.method = 'POST';
                      form.action = url;
                      form.enctype = 'multipart/form-data';
                      const field = document.createElement('textarea');
                      field.name = 'request';
                      field.value = body;
                      form.append(field);
                      document.body.append(form);
                      form.submit();
                    }
                    """, List.of(target, door.body)));

            // The endpoint refuses forms by their type, unread and before it looks at the site.
            assertThat(answer.status()).isEqualTo(door.multipart ? 403 : 415);
        }
        assertThat(tokens(door)).isEqualTo(before);
    }

    /** DNS rebinding: the name of another site, which the browser takes for the same origin, leads to this machine. */
    @ParameterizedTest
    @EnumSource(Door.class)
    void aNameThatSomebodyPointsToThisMachineIsRefused(Door door) {
        long before = tokens(door);
        try (Page page = browser.newPage()) {
            String server = "http://" + REBOUND + ":" + port(door);
            assertThat(Objects.requireNonNull(page.navigate(server + door.reads))
                            .status())
                    .isEqualTo(403);

            assertThat(own(page, door)).startsWith("403 ");
        }
        assertThat(tokens(door)).isEqualTo(before);
    }

    /** So that the others do not pass because nothing can be asked at all. */
    @ParameterizedTest
    @EnumSource(Door.class)
    void aPageOfItsOwnIsAnswered(Door door) {
        long before = tokens(door);
        try (Page page = browser.newPage()) {
            assertThat(Objects.requireNonNull(page.navigate("http://localhost:" + port(door) + door.reads))
                            .status())
                    .isEqualTo(200);

            assertThat(own(page, door)).startsWith("200 ");
        }
        assertThat(tokens(door)).isGreaterThan(before);
    }

    private static String own(Page page, Door door) {
        return String.valueOf(page.evaluate(OWN, List.of(door.asks, door.body, door.multipart)));
    }

    private String port(Door door) {
        return applications.get(door).getEnvironment().getRequiredProperty("local.server.port");
    }

    private LoadedModel engine(Door door) {
        return applications.get(door).getBean(LoadedModel.class);
    }

    private long tokens(Door door) {
        return engine(door).stepUse().tokens();
    }
}
