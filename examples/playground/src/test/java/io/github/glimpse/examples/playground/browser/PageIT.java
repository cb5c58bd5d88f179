package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.LoadState;
import io.github.glimpse.chat.GlimpseChatModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.FileSystemResource;

/** What people do with the page. */
class PageIT extends PageInChromium {

    @Test
    void theFirstAnswerIsTwoClicksAway() {
        Locator run = askSample("A receipt");

        assertThat(run.locator(".text")).hasText("87.00");
        assertThat(run).containsText("It answered from 4.9 % of the picture: 7 of 144 tokens");
        assertThat(run).containsText("least likely token: 0.8");
        assertThat(run).containsText("tokens/s");
        assertThat(run).containsText("of the context of " + engine().contextLength());
        assertThat(page.locator("#question")).isFocused();
        assertThat(page.locator("#live")).containsText("Answer: 87.00");
    }

    @Test
    void thePageComesWithItsExamplesInLessThan80Kilobytes() {
        List<Request> requests = new ArrayList<>();
        int bytes;
        try (BrowserContext fresh = browser.newContext()) {
            fresh.onRequestFinished(requests::add);
            Page first = fresh.newPage();
            first.navigate(home);
            assertThat(first.locator("#model")).containsText("glimpse-tiny");
            first.waitForLoadState(LoadState.NETWORKIDLE);
            bytes = requests.stream()
                    .filter(request -> request.url().startsWith(home))
                    .mapToInt(request -> request.sizes().responseBodySize)
                    .sum();
        }
        System.out.println("the page is " + bytes + " bytes in " + requests.size() + " answers");

        assertThat(bytes).isBetween(40_000, 80_000);
    }

    @Test
    void everyExampleIsAnsweredRight() {
        for (String[] example :
                new String[][] {{"A receipt", "87.00"}, {"Signs", "B-81"}, {"A bar chart", "C"}, {"Shapes", "yellow"}
                }) {
            assertThat(askSample(example[0]).locator(".text")).hasText(example[1]);
            button("Start anew").click();
        }
    }

    @Test
    void aPictureIsDropped() {
        JSHandle transfer = page.evaluateHandle(
                "data => { const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0)); const all = new DataTransfer();"
                        + " all.items.add(new File([bytes], 'dropped.jpg', { type: 'image/jpeg' })); return all; }",
                Base64.getEncoder().encodeToString(sample("chart.jpg")));
        page.locator("#drop").dispatchEvent("drop", java.util.Map.of("dataTransfer", transfer));

        assertThat(page.locator("#image")).hasAttribute("alt", "Picture 1: dropped.jpg");
        ask("Which bar is the highest?");
        assertThat(answered().locator(".text")).hasText("C");
    }

    @Test
    void aPictureIsPasted() {
        context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page.locator("#question").focus();
        page.evaluate(
                "async data => { const picture = await createImageBitmap(await (await fetch(data)).blob());"
                        + " const canvas = new OffscreenCanvas(picture.width, picture.height);"
                        + " canvas.getContext('2d').drawImage(picture, 0, 0);"
                        + " await navigator.clipboard.write([new ClipboardItem({ 'image/png': canvas.convertToBlob() })]); }",
                "samples/chart.jpg");
        page.keyboard().press("Control+V");

        assertThat(page.locator("#thumbs img")).hasCount(1);
        ask("Which bar is the highest?");
        assertThat(answered().locator(".text")).hasText("C");
    }

    @Test
    void severalPicturesAreLookedAtEachByItself() throws IOException {
        page.locator("#file").setInputFiles(new FilePayload[] {picture("receipt.jpg"), picture("chart.jpg")});
        assertThat(page.locator("#thumbs li")).hasCount(2);
        PrunedEvent pruned = pruned(() -> {
            ask("What is the total?");
            assertThat(answered()).containsText("of 288 tokens");
        });

        assertShown(pruned, 1);
        button("Show picture 1, receipt.jpg").click();
        assertThat(page.locator("#image")).hasAttribute("alt", "Picture 1: receipt.jpg");
        assertShown(pruned, 0);
        assertThat(page.getByLabel("Remove picture 1")).hasCount(0);
    }

    /** The counts and the table that the page shows of an image are those of the answer's metadata. */
    private void assertShown(PrunedEvent pruned, int image) {
        assertThat(page.locator("#kept")).containsText("Kept " + pruned.kept(image));
        assertThat(page.locator("#table-summary"))
                .hasText(pruned.regions(image, naturalSize("naturalWidth"), naturalSize("naturalHeight")));
    }

    private int naturalSize(String property) {
        return ((Number) page.locator("#image").evaluate("image => image." + property)).intValue();
    }

    /** Pruning as the application reports it for the question that an action asks. */
    private PrunedEvent pruned(Runnable action) throws IOException {
        AtomicReference<String> events = new AtomicReference<>();
        // Chromium does not keep the body of a stream that the page has read itself.
        page.route("**/ask", route -> {
            APIResponse response = route.fetch();
            events.set(response.text());
            route.fulfill(new Route.FulfillOptions().setResponse(response));
        });
        action.run();
        page.unroute("**/ask");
        return PrunedEvent.of(events.get());
    }

    @Test
    void aPictureThatWasNotAskedAboutIsRemoved() {
        page.locator("#file").setInputFiles(new FilePayload[] {picture("receipt.jpg"), picture("chart.jpg")});
        button("Remove picture 1").click();

        assertThat(page.locator("#thumbs li")).hasCount(1);
        assertThat(page.locator("#image")).hasAttribute("alt", "Picture 1: chart.jpg");
    }

    @Test
    void aPictureOverTheLimitIsRefusedWithTheLimitAndItsProperty() {
        page.locator("#file").setInputFiles(new FilePayload("large.png", "image/png", new byte[20_000_001]));

        assertThat(page.locator("#alert")).containsText("20.0 MB");
        assertThat(page.locator("#alert")).containsText("glimpse.limits.max-image-size");
        assertThat(page.locator("#thumbs li")).hasCount(0);
    }

    @Test
    void whatIsNoPictureIsRefused() {
        page.locator("#file").setInputFiles(new FilePayload("notes.txt", "text/plain", new byte[] {1}));
        assertThat(page.locator("#alert")).containsText("“notes.txt” is no picture (text/plain)");

        page.locator("#file").setInputFiles(new FilePayload("odd.png", "image/png", new byte[] {1, 2, 3}));
        assertThat(page.locator("#hidden-format")).isVisible();
        ask("What is it?");
        assertThat(page.locator("#alert")).containsText("send a PNG, JPEG");
        consoleErrors.clear(); // the browser says that it cannot show the picture
    }

    @Test
    void aSecondQuestionIsAskedInTheSameConversation() {
        askSample("Signs");
        ask("What is on the pink plate?");
        Locator run = answered();

        assertThat(run.locator(".text")).not().isEmpty();
        assertThat(page.locator(".turn")).hasCount(2);
        button("Copy as …").last().click();
        assertThat(page.locator("#code")).containsText("AiMessage.from(\"B-81\")");
        assertThat(page.locator("#code")).containsText("What is on the pink plate?");
    }

    @Test
    void anAnswerIsMadeAgainWithAnotherSeed() {
        askSample("A receipt");
        button("Regenerate").click();

        assertThat(answered()).containsText("Again, seed 2");
        assertThat(page.locator(".run")).hasCount(2);
    }

    @Test
    void twoSettingsAreComparedWithTheSameSeed() {
        page.locator("#ab").check();
        askSample("A receipt");

        Locator comparison = page.locator(".comparison");
        assertThat(comparison).containsText("Both say the same.");
        assertThat(comparison
                        .getByRole(com.microsoft.playwright.options.AriaRole.ROW)
                        .filter(new Locator.FilterOptions().setHasText("Picture tokens kept")))
                .containsText("7 of 144144 of 144");
        assertThat(comparison.locator("tr").filter(new Locator.FilterOptions().setHasText("KV cache")))
                .containsText("kB");
        assertThat(comparison.locator("tr").filter(new Locator.FilterOptions().setHasText("Seed")))
                .containsText("11");
    }

    @Test
    void whatOnlyOneOfTwoTextsSaysIsMarked() {
        List<String> answers = new ArrayList<>(List.of("a red big car", "a blue car <b>"));
        page.route("**/ask", route -> route.fulfill(answer(answers.remove(0), 1, 1)));
        page.locator("#ab").check();
        ask("What is it?");

        assertThat(page.locator(".comparison")).containsText("The texts differ");
        assertThat(page.locator(".comparison mark")).hasText(new String[] {"red", "big", "blue", "<b>"});
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.1 | 0.2 | It hardly knew which part of the picture matters | unsure of at least one word",
                "0.3 | 0.6 | It was not sure which part of the picture matters | fairly sure of its words",
                "0.6 | 0.95 | It was fairly sure which part of the picture matters | sure of every word",
                "0.8 | 0.95 | It was sure which part of the picture matters | sure of every word"
            })
    void howSureItWasIsToldInWords(double confidence, double least, String choice, String words) {
        page.route("**/ask", route -> route.fulfill(answer("text", confidence, least)));
        ask("What is it?");

        assertThat(answered()).containsText(choice);
        assertThat(answered()).containsText(words);
        assertThat(page.locator(".run .text .unsure"))
                .hasText(least < 0.5 ? new String[] {"unsure (0.20)"} : new String[0]);
        assertThat(answered()).containsText("It answered from 25 % of the picture: 1 of 4 tokens");
    }

    @Test
    void aScheduleIsSeenStepByStep() {
        page.locator("#settings summary").click();
        page.locator("#schedule").fill("vision: div-prune 0.6\nlayer 2: fastv 0.3");
        askSample("A receipt");

        assertThat(page.locator("#kept")).containsText("Kept 43 of 144 tokens");
        assertThat(page.locator("#step-name")).hasText("fastv at layer 2");
        page.locator("#step").fill("1");
        assertThat(page.locator("#kept")).containsText("After step 1: kept 86 of 144 tokens");
        assertThat(page.locator("#step-name")).hasText("div-prune at vision");
    }

    @Test
    void aRatioIsTriedOnAStrategyThatIsToldOne() {
        page.locator("#settings summary").click();
        page.locator("#strategy").selectOption("fastv");
        askSample("A receipt");
        assertThat(page.locator("#kept")).containsText("Kept 36 of 144 tokens");

        page.locator("#ratio").fill("0.5");

        assertThat(page.locator("#kept")).containsText("Preview: would keep 72 of 144 tokens");
    }

    @Test
    void aRefusalIsToldWithThePropertyThatChangesIt() {
        page.locator("#settings summary").click();
        page.locator("#schedule").fill("nowhere: fastv 0.3");
        askAndFail();
        assertThat(page.locator("#alert")).containsText("nowhere");

        page.locator("#schedule").fill("fastv");
        ask("Again?");
        assertThat(page.locator("#alert")).containsText("place: strategy ratio");
        assertThat(page.locator("#alert")).containsText("glimpse.pruning.schedule");
    }

    private void askAndFail() {
        button("A receipt").click();
        assertThat(page.locator("#image")).isVisible();
        button("Ask").click();
        assertThat(page.locator("#alert")).not().isEmpty();
        consoleErrors.removeIf(error -> error.contains("status of 400"));
    }

    @Test
    void whatAModelSaysStaysText() {
        page.route(
                "**/ask",
                route -> route.fulfill(stream(
                        "event:text\ndata:{\"text\":\"<img src=x onerror=document.title='gone'>\"}\n\nevent:pruned\n"
                                + "data:{\"strategy\":\"<b>\",\"imageTokens\":0,\"keptTokens\":0,\"units\":[],\"steps\":[]}\n\n"
                                + "event:done\ndata:{\"text\":\"<img src=x onerror=document.title='gone'>\",\"timings\":{\"images\":1,"
                                + "\"vision\":1,\"prefillBeforeCut\":1,\"pruning\":1,\"prefillAfterCut\":1,\"toFirstToken\":5,"
                                + "\"decoding\":1},\"inputTokens\":1,\"outputTokens\":1,\"cacheBytes\":1}\n\n")));
        ask("<script>document.title='gone'</script><img src=y onerror=\"document.title='gone'\">");

        assertThat(answered().locator(".text")).hasText("<img src=x onerror=document.title='gone'>");
        assertThat(page.locator("main img[src=x], main img[src=y], main script"))
                .hasCount(0);
        assertThat(page).hasTitle("Glimpse playground");
    }

    @Test
    void aConnectionThatIsLostInTheMiddleIsToldAndTheTextStays() {
        page.route(
                "**/ask", route -> route.fulfill(stream("event:text\ndata:{\"text\":\"The total is\"}\n\nevent:te")));
        ask("What is the total?");

        assertThat(page.locator("#alert")).containsText("The connection was lost in the middle of the answer");
        assertThat(page.locator(".run .text")).hasText("The total is");
        assertThat(button("Ask")).isVisible();
    }

    @Test
    void anApplicationThatIsGoneIsTold() {
        page.route("**/ask", route -> route.abort("connectionrefused"));
        ask("What is the total?");

        assertThat(page.locator("#alert")).containsText("Is it still running?");
        consoleErrors.removeIf(error -> error.contains("ERR_CONNECTION_REFUSED"));
    }

    @Test
    void allOfItIsDoneByTheKeyboard() {
        tabTo("A receipt");
        page.keyboard().press("Enter");
        assertThat(button("Ask")).isFocused();
        page.keyboard().press("Enter");
        answered();
        assertThat(page.locator("#question")).isFocused();

        tabTo("threshold");
        String before = page.locator("#kept").innerText();
        for (int i = 0; i < 80; i++) {
            page.keyboard().press("ArrowLeft");
        }
        assertThat(page.locator("#kept")).not().hasText(before);
        tabTo("Run again with these");
        page.keyboard().press("Enter");
        assertThat(page.locator(".run")).hasCount(2);
        answered();

        page.locator("h1").click();
        page.keyboard().press("?");
        assertThat(page.locator("#keys")).isVisible();
        page.keyboard().press("Escape");
        assertThat(page.locator("#keys")).isHidden();
    }

    private void tabTo(String name) {
        for (int i = 0; i < 60; i++) {
            page.keyboard().press("Tab");
            if ((boolean) page.evaluate(
                    "name => document.activeElement.id === name || document.activeElement.textContent === name",
                    name)) {
                return;
            }
        }
        throw new AssertionError("Tab does not lead to " + name);
    }

    @Test
    void theWiperAndTheOpacityLeaveThePicture() {
        askSample("A receipt");
        page.locator("#wiper").fill("40");
        page.locator("#opacity").fill("50");

        assertThat(page.locator("#overlay")).hasCSS("clip-path", "inset(0px 0px 0px 40%)");
        assertThat(page.locator("#overlay")).hasCSS("opacity", "0.5");
    }

    @Test
    void theMapIsATableToo() throws IOException {
        PrunedEvent pruned = pruned(() -> askSample("A receipt"));
        page.locator("#table summary").click();

        assertShown(pruned, 0);
        assertThat(page.locator("#table-body tbody tr")).hasCount(9);
    }

    @Test
    void theRequestAsCodeCompilesIsReadAndAnswersTheSame(@TempDir Path folder) throws Exception {
        page.locator("#settings summary").click();
        page.locator("#temperature").fill("0");
        page.locator("#longest").fill("20");
        askSample("A receipt");
        page.locator("#threshold").fill("0.3");
        page.locator("#cap").fill("0.2");
        button("Run again with these").click();
        Locator run = answered();
        String answer = run.locator(".text").innerText();
        run.locator("button").getByText("Copy as …").click();
        String java = page.locator("#code").innerText();
        page.getByText("YAML").click();
        String yaml = page.locator("#code").innerText();
        page.getByText("curl", new Page.GetByTextOptions().setExact(true)).click();
        String curl = page.locator("#code").innerText();
        Files.write(folder.resolve("receipt.jpg"), sample("receipt.jpg"));

        assertThat(curled(curl, folder)).contains("\"text\":\"" + answer + "\"", "\"threshold\":0.3");
        var properties = new YamlPropertySourceLoader()
                .load("copied", new FileSystemResource(Files.writeString(folder.resolve("application.yml"), yaml)))
                .get(0);
        assertThat(properties.getProperty("glimpse.pruning.threshold")).isEqualTo(0.3);
        assertThat(properties.getProperty("glimpse.pruning.max-retention-ratio"))
                .isEqualTo(0.2);
        assertThat(properties.getProperty("glimpse.generation.max-output-tokens"))
                .isEqualTo(20);
        assertThat(compiled(java.replace("\"receipt.jpg\"", "folder + \"/receipt.jpg\""), folder))
                .isEqualTo(answer);
    }

    private static String curled(String command, Path folder) throws Exception {
        Process process = new ProcessBuilder("bash", "-c", command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("curl, which has to be installed").isZero();
        return said;
    }

    /** Compiles a method of this text, and calls it. */
    private String compiled(String body, Path folder) throws Exception {
        Path source = folder.resolve("Copied.java");
        Files.writeString(source, """
                import dev.langchain4j.data.message.*;
                import dev.langchain4j.model.chat.request.ChatRequest;
                import dev.langchain4j.model.chat.response.ChatResponse;
                import io.github.glimpse.chat.*;
                import io.github.glimpse.prune.*;
                import java.nio.file.*;
                import java.util.*;
                public class Copied {
                    public static String ask(GlimpseChatModel chatModel, String folder) throws Exception {
                BODY        return answer;
                    }
                }
                """.replace("BODY", body));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(failed).as(body).isZero();
        try (java.net.URLClassLoader loader = new java.net.URLClassLoader(
                new java.net.URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            return (String) loader.loadClass("Copied")
                    .getMethod("ask", GlimpseChatModel.class, String.class)
                    .invoke(null, GlimpseChatModel.builder().model(engine()).build(), folder.toString());
        }
    }
}
