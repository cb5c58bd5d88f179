package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.FilePayload;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Earlier questions, asked in other words. */
class EditIT extends PageInChromium {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void anEarlierQuestionIsEditedAndAskedInPlaceOfWhatCameAfterIt() throws Exception {
        askSample("Signs");
        ask("What is on the pink plate?");
        answered();
        ask("And on the other?");
        answered();
        note();

        button("Edit question 2").click();
        assertThat(page.locator("#question")).isFocused();
        assertThat(page.locator("#question")).hasValue("What is on the pink plate?");
        assertThat(page.locator("#editing")).containsText("Question 2 is asked anew; what came after it goes.");
        ask("What is on the plate that is pink?");
        answered();

        assertThat(page.locator(".asked"))
                .hasText(new String[] {"What code is on the red sign?", "What is on the plate that is pink?"});
        assertThat(page.locator("#editing")).isHidden();
        assertThat(page.locator("#question")).hasValue("");
        assertThat(messages())
                .containsExactly(
                        "user What code is on the red sign? 1",
                        "assistant B-81 0",
                        "user What is on the plate that is pink? 0");
    }

    @Test
    void theFirstQuestionKeepsItsPictureAndTakesAnother() throws Exception {
        openAsAnotherModel();
        page.locator("#file").setInputFiles(picture("receipt.jpg"));
        ask("What is it?");
        answered();
        page.locator("#file").setInputFiles(picture("chart.jpg"));
        ask("And this?");
        answered();
        note();

        button("Edit question 1").click();
        page.locator("#file").setInputFiles(picture("signs.jpg"));
        ask("What is the total?");
        Locator run = answered();

        assertThat(page.locator("#thumbs .pick")).hasCount(2);
        assertThat(button("Show picture 1, receipt.jpg")).isVisible();
        assertThat(button("Show picture 2, signs.jpg")).isVisible();
        assertThat(run).containsText("of 288 tokens");
        assertThat(page.locator(".turn")).hasCount(1);
        assertThat(messages()).containsExactly("user What is the total? 2");
        assertThat(page.locator("#kept")).containsText("of 144 tokens");
    }

    @Test
    void aPictureThatCannotBeReadIsTakenOutOfItsQuestion() {
        page.locator("#file").setInputFiles(new FilePayload("odd.png", "image/png", new byte[] {1, 2, 3}));
        ask("What is the total?");
        assertThat(page.locator("#alert")).containsText("send a PNG, JPEG");

        button("Edit question 1").click();
        button("Remove picture 1").click();
        assertThat(page.locator("#question")).hasValue("What is the total?");
        page.locator("#file").setInputFiles(picture("receipt.jpg"));
        button("Ask").click();

        assertThat(answered().locator(".text")).hasText("87.00");
        assertThat(page.locator(".turn")).hasCount(1);
        consoleErrors.clear(); // the browser says that it cannot show the picture
    }

    @Test
    void whoLeavesAQuestionAsItWasHasTheDraftBack() {
        askSample("A receipt");
        page.locator("#question").fill("What is the da");

        for (String way : List.of("button", "Escape")) {
            button("Edit question 1").click();
            assertThat(page.locator("#question")).hasValue("What is the total?");
            if (way.equals("button")) {
                button("Leave it as it was").click();
            } else {
                page.keyboard().press(way);
            }
            assertThat(page.locator("#editing")).isHidden();
            assertThat(page.locator("#question")).hasValue("What is the da");
        }
        assertThat(page.locator(".turn")).hasCount(1);
        assertThat(page.locator("#kept")).containsText("7 of 144 tokens");
    }

    @Test
    void aQuestionIsEditedByTheKeyboardAlone() {
        askSample("A receipt");
        for (int i = 0; !(boolean) page.evaluate("document.activeElement.textContent === 'Edit'"); i++) {
            assertThat(i).as("steps back to the button").isLessThan(30);
            page.keyboard().press("Shift+Tab");
        }
        page.keyboard().press("Enter");
        page.keyboard().press("Control+A");
        page.keyboard().type("What is the");
        page.keyboard().press("Shift+Enter");
        page.keyboard().type("total?");
        assertThat(page.locator("#question")).hasValue("What is the\ntotal?");
        page.keyboard().press("Enter");

        answered();
        assertThat(page.locator(".asked")).hasText("What is the\ntotal?");
    }

    @Test
    void afterAnAnswerWasMadeAgainTheConversationGoesOnFromThatOne() throws Exception {
        List<String> answers = new ArrayList<>(List.of("first", "second", "third"));
        note();
        page.route("**/ask", route -> route.fulfill(answer(answers.remove(0), 1.0, 1.0)));
        ask("What is it?");
        answered();
        button("Regenerate").click();
        assertThat(page.locator(".run")).hasCount(2);
        answered();
        ask("And now?");
        assertThat(page.locator(".turn")).hasCount(2);
        answered();

        assertThat(messages()).contains("assistant second 0");
    }

    @Test
    void aNewImageBeginsANewConversation() throws Exception {
        askSample("A receipt");
        note();
        page.locator("#question").fill("What code is on the red sign?");
        page.locator("#file").setInputFiles(picture("signs.jpg"));

        assertThat(page.locator("#began")).containsText("A new image begins a new conversation");
        assertThat(page.locator(".turn")).hasCount(0);
        assertThat(page.locator("#thumbs .pick")).hasCount(1);
        assertThat(page.locator("#question")).hasValue("What code is on the red sign?");
        page.locator("#question").press("Enter");

        assertThat(answered().locator(".text")).hasText("B-81");
        assertThat(messages()).containsExactly("user What code is on the red sign? 1");
        assertThat(page.locator("#began")).isHidden();
    }

    @Test
    void anotherModelGetsANewImageInTheSameConversation() throws Exception {
        openAsAnotherModel();
        askSample("A receipt");
        note();
        page.locator("#file").setInputFiles(picture("signs.jpg"));
        assertThat(page.locator("#began")).isHidden();
        assertThat(page.locator(".turn")).hasCount(1);
        ask("What code is on the red sign?");
        answered();

        assertThat(messages())
                .containsExactly(
                        "user What is the total? 1", "assistant 87.00 0", "user What code is on the red sign? 1");
    }

    @Test
    void anImageThatIsRefusedBeginsNothing() {
        askSample("A receipt");
        page.locator("#file").setInputFiles(new FilePayload("notes.txt", "text/plain", new byte[] {1}));

        assertThat(page.locator("#alert")).containsText("notes.txt");
        assertThat(page.locator(".turn")).hasCount(1);
        assertThat(page.locator("#began")).isHidden();
    }

    /** Opens the page again with facts of a model that is not the embedded one. */
    private void openAsAnotherModel() {
        page.route("**/facts", route -> {
            APIResponse response = route.fetch();
            route.fulfill(new Route.FulfillOptions()
                    .setResponse(response)
                    .setBody(response.text().replace("\"embedded\":true", "\"embedded\":false")));
        });
        page.reload();
        assertThat(page.locator("#model")).not().containsText("The embedded model");
        assertThat(page.locator("#model")).containsText(model());
    }

    /** Notes requests from here on, in the page: the browser does not tell the form of one that has files. */
    private void note() {
        page.evaluate("() => { const real = window.fetch; window.sent = []; window.fetch = (url, options) => {"
                + " if (options?.body instanceof FormData) window.sent.push(options.body.get('request'));"
                + " return real(url, options); }; }");
    }

    /** Messages of the newest request: role, text, number of pictures. */
    private List<String> messages() throws Exception {
        List<String> messages = new ArrayList<>();
        for (JsonNode message :
                JSON.readTree((String) page.evaluate("window.sent.at(-1)")).get("messages")) {
            messages.add(
                    message.get("role").asText() + " " + message.get("text").asText() + " "
                            + message.path("pictures").size());
        }
        return messages;
    }
}
