package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.documents.PageAnswer.BoxSource;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of what a model says; the model's sayings are given. */
class PageAnswererTest {

    private static final String FOUND =
            "{\"found\":true,\"answer\":\"87.00\",\"page\":1,\"box\":[100,100,500,220],\"quote\":\"%s\"}";
    private static final String REFUSAL = "I cannot tell.";

    @TempDir
    private Path temp;

    private DocumentIndex index;
    private final Deque<String> sayings = new ArrayDeque<>();
    private final List<ChatRequest> asked = new ArrayList<>();
    private @Nullable PruningReport report;

    @BeforeEach
    void indexTwoPagesAndAScan() throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(
                documents.resolve("a.pdf"),
                PdfFiles.pages(
                        List.of(List.of("Order Z79", "Tax 87.00", "Total 87.00"), List.of("Order K12", "Total 3.50"))));
        index = DocumentIndexer.builder().build().index(new DocumentFolder(documents), temp.resolve("index"));
    }

    private PageAnswerer.Builder answerer() {
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                asked.add(request);
                ChatResponse.Builder response = ChatResponse.builder().aiMessage(AiMessage.from(sayings.removeFirst()));
                return (report == null
                                ? response
                                : response.metadata(GlimpseChatResponseMetadata.builder()
                                        .pruning(report)
                                        .build()))
                        .build();
            }
        };
        return PageAnswerer.builder(index, new PageTextRetriever(index, 5), model);
    }

    private static PageBox box(PageAnswer answer) {
        return Objects.requireNonNull(answer.box());
    }

    /** Keeps these of 10 x 15 tokens of 40 pixels, on pages of 400 x 600. */
    private void looksAt(int... kept) {
        PatchPlan plan = new PatchPlan(new ImageGrid(15, 10, 28, 1), 280, 420, 0, 0, 40, 40);
        report = new PruningReport("glimpse", null, List.of(new PruningReport.Image(plan, kept, null)));
    }

    @Test
    void aQuoteThatTheTextLayerHasGivesTheWordsBoxes() {
        sayings.add(String.format(Locale.ROOT, FOUND, "Total: 87.00"));

        PageAnswer answer = answerer().build().answer("the total of order Z79");

        assertThat(answer.text()).isEqualTo("87.00");
        assertThat(answer.document()).isEqualTo("a.pdf");
        assertThat(answer.page()).isEqualTo(1);
        assertThat(answer.verified()).isTrue();
        assertThat(answer.source()).isEqualTo(BoxSource.TEXT);
        // the third line: its base is at 300 - (270 - 2 * 24) = 78 points from the top
        assertThat(box(answer).y2()).isCloseTo(78, within(4.0));
        assertThat(box(answer).x1()).isCloseTo(20, within(2.0));
        assertThat(answer.place()).startsWith("page=1 box=20.");
    }

    @Test
    void ofTwoPlacesThatSayItTheOneThatWasLookedAtIsCited() {
        looksAt(30, 31, 32);
        sayings.addAll(List.of("87.00", "87.00"));
        PageAnswerer answerer = answerer().form(PageAnswerForm.plain(REFUSAL)).build();

        PageAnswer total = answerer.answer("the total of order Z79");
        looksAt(20, 21, 22);
        PageAnswer tax = answerer.answer("the tax of order Z79");

        assertThat(total.verified()).isTrue();
        assertThat(box(total).y2()).isCloseTo(78, within(4.0));
        assertThat(box(tax).y2()).isCloseTo(54, within(4.0));
        assertThat(tax.cost().keptTokens()).isEqualTo(3);
        assertThat(tax.cost().imageTokens()).isEqualTo(150);
    }

    @Test
    void whatTheTextLayerDoesNotHaveIsNotVerifiedAndTheModelsBoxIsTaken() {
        sayings.add(String.format(Locale.ROOT, FOUND, "Sum 99").replace("87.00", "99"));

        PageAnswer answer = answerer().build().answer("the total of order Z79");

        assertThat(answer.verified()).isFalse();
        assertThat(answer.source()).isEqualTo(BoxSource.MODEL);
        assertThat(answer.box()).isEqualTo(new PageBox(20, 30, 100, 66));
        assertThat(answer.quote()).isEqualTo("Sum 99");
    }

    @Test
    void aBoxBesideAllThatWasLookedAtGivesWayToThat() {
        looksAt(140, 141);
        sayings.add(String.format(Locale.ROOT, FOUND, "Sum 99").replace("87.00", "99"));

        PageAnswer answer = answerer().build().answer("the total of order Z79");

        assertThat(answer.source()).isEqualTo(BoxSource.KEPT);
        assertThat(answer.box()).isEqualTo(new PageBox(0, 280, 40, 300));
    }

    @Test
    void boxesInPixelsOfTheProcessorsPictureAreMappedBack() {
        looksAt(0, 1, 2, 10, 11, 12);
        sayings.add(String.format(Locale.ROOT, FOUND, "x")
                .replace("87.00", "99")
                .replace("[100,100,500,220]", "[28,14,56,42]"));

        PageAnswer answer = answerer()
                .form(PageAnswerForm.json(PageAnswerForm.Boxes.RESIZED_PIXELS))
                .build()
                .answer("the total of order Z79");

        // 280 pixels of the processor are 200 points
        assertThat(box(answer).x1()).isCloseTo(20, within(1e-9));
        assertThat(box(answer).y2()).isCloseTo(30, within(1e-9));
    }

    @Test
    void thePageThatIsSecondIsShownIfTheFirstDoesNotAnswer() {
        sayings.addAll(List.of(
                "{\"found\":false}",
                "{\"found\":true,\"answer\":\"3.50\",\"page\":1," + "\"box\":[0,0,9,9],\"quote\":\"Total 3.50\"}"));

        PageAnswer answer = answerer().build().answer("total of order Z79");

        assertThat(answer.page()).isEqualTo(2);
        assertThat(answer.cost().pages()).isEqualTo(2);
    }

    @Test
    void severalPagesGoIntoOneRequestWhereThatIsAskedFor() {
        sayings.add("{\"found\":true,\"answer\":\"3.50\",\"page\":2,\"box\":[0,0,9,9],\"quote\":\"Total 3.50\"}");

        PageAnswer answer = answerer().pagesAtOnce(2).build().answer("total of order Z79");

        assertThat(answer.page()).isEqualTo(2);
        UserMessage message = (UserMessage) asked.get(0).messages().get(0);
        assertThat(message.contents())
                .filteredOn(ImageContent.class::isInstance)
                .hasSize(2);
        assertThat(asked.get(0).responseFormat().jsonSchema().rootElement().toString())
                .contains("anyOf", "maximum\":2");
    }

    @Test
    void whereNoPageAnswersNothingIsFound() {
        sayings.addAll(List.of(REFUSAL, " it is too small. "));

        PageAnswer answer = answerer()
                .form(PageAnswerForm.plain(REFUSAL, "It is too small."))
                .build()
                .answer("total of order Z79");

        assertThat(answer.found()).isFalse();
        assertThat(answer.place()).isEqualTo("page=0 box=");
    }

    @Test
    void aPageWithoutTheRareWordsOfTheQuestionIsNotShown() {
        PageAnswer answer = answerer().leastCoverage(0.5).build().answer("order XX-99");

        assertThat(asked).isEmpty();
        assertThat(answer.found()).isFalse();
    }
}
