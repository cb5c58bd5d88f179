package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import io.github.glimpse.examples.playground.PlaygroundApplication;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The application and a Chromium of this machine ({@code -Dglimpse.chromium}); skipped without one. Each test gets a new page; it
 * fails if the console has an error that it did not expect, or the page asks another host for anything.
 */
@Tag("thorough")
@Tag("reference")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PageInChromium {

    /** Long enough for a busy machine. */
    private static final double PATIENCE_MILLIS = 60_000;

    private ConfigurableApplicationContext application;
    private Playwright playwright;
    Browser browser;
    String home;
    BrowserContext context;
    Page page;

    final List<String> consoleErrors = new CopyOnWriteArrayList<>();
    private final List<String> elsewhere = new CopyOnWriteArrayList<>();

    /** Properties of the application. */
    List<String> properties() {
        return List.of();
    }

    /** A part of the model's name. */
    String model() {
        return "glimpse-tiny";
    }

    /** What the application is made of. */
    Class<?>[] sources() {
        return new Class<?>[] {PlaygroundApplication.class};
    }

    /** The Chromium of this machine; without one the test is skipped. */
    static Path chromium() {
        Path chromium = Path.of(System.getProperty("glimpse.chromium", "/usr/bin/chromium"));
        Assumptions.assumeTrue(
                Files.isExecutable(chromium),
                () -> "no Chromium at " + chromium
                        + ": install one (apt-get install chromium) or name another by -Dglimpse.chromium");
        return chromium;
    }

    @BeforeAll
    void start() {
        Path chromium = chromium();
        // As arguments, which win over what application.yml says.
        List<String> arguments = new ArrayList<>(List.of("--server.port=0"));
        properties().forEach(property -> arguments.add("--" + property));
        application = new SpringApplicationBuilder(sources()).run(arguments.toArray(String[]::new));
        home = "http://localhost:" + application.getEnvironment().getProperty("local.server.port") + "/";
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    }

    @AfterAll
    void stop() {
        if (application == null) {
            return;
        }
        browser.close();
        playwright.close();
        application.close();
    }

    @BeforeEach
    void open() {
        open(new Browser.NewContextOptions().setViewportSize(1280, 900));
    }

    /** Opens the page anew, in a context of its own. */
    void open(Browser.NewContextOptions options) {
        if (context != null) {
            context.close();
        }
        consoleErrors.clear();
        elsewhere.clear();
        context = browser.newContext(options);
        context.setDefaultTimeout(PATIENCE_MILLIS);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                consoleErrors.add(message.text());
            }
        });
        page.onPageError(consoleErrors::add);
        page.onRequest(request -> {
            String url = request.url();
            if (!url.startsWith(home) && !url.startsWith("blob:" + home) && !url.startsWith("data:")) {
                elsewhere.add(url);
            }
        });
        page.navigate(home);
        assertThat(page.locator("#model")).containsText(model());
    }

    @AfterEach
    void nothingWasAskedElsewhereAndTheConsoleIsClean() {
        context.close();
        context = null;
        assertThat(elsewhere).isEmpty();
        assertThat(consoleErrors).isEmpty();
    }

    LoadedModel engine() {
        return bean(LoadedModel.class);
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** An example picture with its question, asked: two clicks. */
    Locator askSample(String name) {
        button(name).click();
        assertThat(page.locator("#image")).isVisible();
        button("Ask").click();
        return answered();
    }

    void ask(String question) {
        page.locator("#question").fill(question);
        page.locator("#question").press("Enter");
    }

    /** The newest run, when its answer is complete. */
    Locator answered() {
        assertThat(page.locator("#stop")).isHidden();
        Locator run = page.locator(".run:not(.comparison)").last();
        assertThat(run.locator(".timings")).isVisible();
        return run;
    }

    static byte[] sample(String name) {
        try (InputStream in = PageInChromium.class.getResourceAsStream("/static/samples/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static FilePayload picture(String name) {
        return new FilePayload(name, "image/jpeg", sample(name));
    }

    /** An answer as the application would send it, without a picture. */
    static Route.FulfillOptions answer(String text, double confidence, double leastProbability) {
        return stream("event:text\ndata:{\"text\":\"" + text + "\"}\n\nevent:pruned\n"
                + "data:{\"strategy\":\"glimpse\",\"imageTokens\":4,\"keptTokens\":1,\"confidence\":" + confidence
                + ",\"units\":[],\"steps\":[{\"at\":\"layer 1\",\"strategy\":\"glimpse\",\"images\":[]}]}\n\nevent:done\n"
                + "data:{\"text\":\"" + text + "\",\"leastProbability\":" + leastProbability
                + ",\"timings\":{\"images\":1,\"vision\":1,\"prefillBeforeCut\":1,\"pruning\":1,\"prefillAfterCut\":1,"
                + "\"toFirstToken\":5,\"decoding\":1},\"inputTokens\":1,\"outputTokens\":1,\"cacheBytes\":1}\n\n");
    }

    /** What the application would send. */
    static Route.FulfillOptions stream(String events) {
        return new Route.FulfillOptions()
                .setStatus(200)
                .setContentType("text/event-stream")
                .setBody(events);
    }

    static Path screenshots() {
        Path folder = Path.of("target/screenshots");
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
