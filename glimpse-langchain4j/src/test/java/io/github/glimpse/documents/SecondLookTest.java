package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.rag.query.Query;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages whose words were read with a slip; what readers and models say is given. */
class SecondLookTest {

    private static final String REFUSAL = "I cannot tell.";

    @TempDir
    private Path temp;

    private DocumentIndex index;
    private final Reader reader = new Reader();

    /** reads Z-71 where Z-70 stands, and says how likely the other word is. */
    private static final class Reader implements PageReader {

        private double share;
        private final List<String> doubts = new ArrayList<>();

        @Override
        public String read(ImageContent page) {
            return "order Z-71\nbatch B98\ntotal 87.00";
        }

        @Override
        public double share(ImageContent page, String read, String word, String other) {
            doubts.add(word + " or " + other);
            return share;
        }

        @Override
        public String label() {
            return "reader";
        }
    }

    @BeforeEach
    void indexAScanAndTwoPagesOfText() throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(
                documents.resolve("a.pdf"),
                PdfFiles.pages(List.of(List.of(), List.of("order K12", "total 3.50"), List.of("order B99"))));
        index = DocumentIndexer.builder()
                .reader(reader)
                .build()
                .index(new DocumentFolder(documents), temp.resolve("index"));
    }

    private List<Integer> found(String query) {
        return new PageTextRetriever(index, 5)
                .retrieve(Query.from(query)).stream()
                        .map(content -> index.page(content).orElseThrow().page())
                        .toList();
    }

    private PageAnswer answer(String find) {
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return ChatResponse.builder().aiMessage(AiMessage.from("87.00")).build();
            }
        };
        return PageAnswerer.builder(index, new PageTextRetriever(index, 5), model)
                .form(PageAnswerForm.plain(REFUSAL))
                .leastCoverage(0.7)
                .secondLook(reader, 0.01)
                .build()
                .answer(new PageQuestion(find, "What is the total?"));
    }

    @ParameterizedTest
    @CsvSource({
        "z79,    z79,    1",
        "z79,    z78,    0.667",
        "z79,    9z7,    0", // two slips are too many for three characters
        "c1261,  c2161,  0.8", // neighbours that changed places are one slip
        "b-2,    b-29,   0.667",
        "af617,  ag167,  0.6",
        "af6172, ag167,  0", // three
        "af6172, ag612,  0.667",
        "b2,     b3,     0" // nothing is left of so short a word
    })
    void wordsAreNearByTheirSlips(String term, String other, double similarity) {
        assertThat(NearTerms.similarity(term, other)).isCloseTo(similarity, within(0.001));
    }

    @Test
    void aCodeThatWasReadWithASlipIsFoundWhereNoPageHasIt() {
        assertThat(found("z-70")).containsExactly(1);
        assertThat(found("b99")).containsExactly(3);
    }

    @Test
    void textLayersAreTakenToTheLetter() {
        assertThat(found("k13")).isEmpty();
    }

    @Test
    void aWordThatSomePageHasIsNoSlip() {
        assertThat(found("totals")).containsExactly(1);
        assertThat(found("ordre b97")).containsExactly(1);
        assertThat(found("order")).hasSize(3);
    }

    @Test
    void aPageIsTakenIfItsReaderHoldsTheOtherWordLikelyEnough() {
        reader.share = 0.02;

        assertThat(answer("order z-70").page()).isEqualTo(1);
        assertThat(reader.doubts).containsExactly("Z-71 or z-70");
    }

    @Test
    void aPageThatMerelyLooksAlikeIsLeftOut() {
        reader.share = 0.001;

        assertThat(answer("order Z-70").found()).isFalse();
    }

    @Test
    void aPageThatHasTheWordOrNothingNearItIsNotLookedAtAgain() {
        assertThat(answer("order Z-71").page()).isEqualTo(1);
        assertThat(answer("order Q5555").found()).isFalse();
        assertThat(reader.doubts).isEmpty();
    }

    @Test
    void aReaderThatAsksLetsTheModelChooseBetweenBothAnswersOfTheField() {
        List<ChatRequest> asked = new ArrayList<>();
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                asked.add(request);
                return ChatResponse.builder().aiMessage(AiMessage.from("Z-70")).build();
            }
        };
        PageReader asking =
                new AskingPageReader(model, Map.of("order", "What is the order?", "total", "How much?"), REFUSAL);
        ImageContent page =
                DocumentFolder.content(index.folder().page("a.pdf", 1).image());

        assertThat(asking.share(page, "order Z-71\ntotal 87.00", "Z-71", "z-70"))
                .isEqualTo(1);
        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.messages().toString()).contains("What is the order?");
            assertThat(((GlimpseChatRequestParameters) request.parameters()).choice())
                    .containsExactly("Z-71", "Z-70");
        });
        assertThat(asking.share(page, "order Z-71\ntotal 87.00", "XX", "YY")).isZero();
    }
}
