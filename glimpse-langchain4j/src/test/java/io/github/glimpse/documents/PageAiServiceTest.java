package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that an AI service with {@link PageRetrievalAugmentor} sends, for each form of a service method. */
class PageAiServiceTest {

    private static final String QUESTION = "What is the total of order K12?";

    @TempDir
    private Path temp;

    private DocumentIndex index;
    private final List<ChatRequest> requests = new ArrayList<>();
    private final ChatModel model = new ChatModel() {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            requests.add(request);
            return ChatResponse.builder().aiMessage(AiMessage.from("3")).build();
        }
    };

    interface Documents {

        Result<String> ask(String question);

        String annotated(@UserMessage String question);

        @UserMessage("What is the total of order {{it}}?")
        String only(String order);

        @UserMessage("What is the total of order {{order}}?")
        String template(@V("order") String order);

        @UserMessage(QUESTION)
        String oneImage(@UserMessage ImageContent image);

        @UserMessage(QUESTION)
        String twoImages(@UserMessage ImageContent first, @UserMessage List<ImageContent> others);

        String textAndImage(@UserMessage String question, @UserMessage ImageContent image);

        String contents(List<Content> contents);

        String annotatedContents(@UserMessage List<Content> contents);

        int typed(String question);

        int typedAnnotated(@UserMessage String question);
    }

    @BeforeEach
    void index() throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(
                documents.resolve("a.pdf"),
                PdfFiles.pages(List.of(List.of("Order Z79", "Total 87.00"), List.of("Order K12", "Total 3.00"))));
        index = DocumentIndexer.builder().build().index(new DocumentFolder(documents), temp.resolve("index"));
    }

    private AiServices<Documents> service(RetrievalAugmentor augmentor) {
        return AiServices.builder(Documents.class).chatModel(model).retrievalAugmentor(augmentor);
    }

    private Documents service() {
        return service(new PageRetrievalAugmentor(new PageTextRetriever(index, 1), new PagePictureInjector(index, 1)))
                .build();
    }

    private static ImageContent image(String data) {
        return ImageContent.from(data, "image/png");
    }

    private List<Content> sent() {
        assertThat(requests).hasSize(1);
        List<ChatMessage> messages = requests.remove(0).messages();
        assertThat(messages).hasSize(1);
        assertThat(messages.get(0).getClass()).isEqualTo(dev.langchain4j.data.message.UserMessage.class);
        return ((dev.langchain4j.data.message.UserMessage) messages.get(0)).contents();
    }

    /** The page, the question, and these images of the caller by identity. */
    private static void assertPage(List<Content> contents, ImageContent... images) {
        assertThat(contents).hasSize(3 + images.length);
        assertThat(contents.get(0)).isEqualTo(TextContent.from("a.pdf, page 2:"));
        assertThat(contents.get(1)).isInstanceOf(ImageContent.class);
        assertThat(((TextContent) contents.get(2)).text()).startsWith(QUESTION);
        assertThat(contents.subList(3, contents.size()))
                .usingElementComparator((a, b) -> a == b ? 0 : 1)
                .containsExactly(images);
    }

    @Test
    void aMethodWhoseOnlyParameterIsTheQuestionSendsTheImages() {
        Result<String> result = service().ask(QUESTION);

        assertPage(sent());
        assertThat(result.sources()).hasSize(1);
    }

    @Test
    void everyFormOfTextSendsTheImages() {
        service().annotated(QUESTION);
        assertPage(sent());
        service().only("K12");
        assertPage(sent());
        service().template("K12");
        assertPage(sent());
        service().typed(QUESTION);
        assertPage(sent());
        service().typedAnnotated(QUESTION);
        assertPage(sent());
    }

    @Test
    void imagesOfTheCallerAndThoseOfPagesAreSent() {
        ImageContent first = image("AAAA");
        ImageContent second = image("BBBB");

        // As many images of the caller as of pages: LangChain4j takes equal counts for equal contents.
        service().oneImage(first);
        assertPage(sent(), first);
        service().twoImages(first, List.of(second, second));
        assertPage(sent(), first, second, second);
        service().textAndImage(QUESTION, first);
        assertPage(sent(), first);
        service().contents(List.of(TextContent.from(QUESTION), first));
        assertPage(sent(), first);
        service().annotatedContents(List.of(TextContent.from(QUESTION), first));
        assertPage(sent(), first);
    }

    @Test
    void questionsWithoutAPageAreSentAsTheyAre() {
        ImageContent first = image("AAAA");

        service().ask("Hello");
        assertThat(sent()).containsExactly(TextContent.from("Hello"));
        service().contents(List.of(TextContent.from("Hello"), first));
        assertThat(sent()).containsExactly(TextContent.from("Hello"), first);
        service().contents(List.of(first));
        assertThat(sent()).containsExactly(first);
    }

    @Test
    void langChain4jsOwnAugmentorSendsTheImagesToo() {
        RetrievalAugmentor augmentor = DefaultRetrievalAugmentor.builder()
                .contentRetriever(new PageTextRetriever(index, 1))
                .contentInjector(new PagePictureInjector(index, 1))
                .build();

        service(augmentor).build().ask(QUESTION);
        assertPage(((dev.langchain4j.data.message.UserMessage)
                        requests.remove(0).messages().get(0))
                .contents());
        service(augmentor).build().typedAnnotated(QUESTION);
        assertPage(((dev.langchain4j.data.message.UserMessage)
                        requests.remove(0).messages().get(0))
                .contents());
    }

    @Test
    void aChatMemoryStoresPlainMessages() {
        ChatMemory memory = MessageWindowChatMemory.withMaxMessages(10);
        Documents service = service(
                        new PageRetrievalAugmentor(new PageTextRetriever(index, 1), new PagePictureInjector(index, 1)))
                .chatMemory(memory)
                .build();

        service.ask(QUESTION);
        service.annotated(QUESTION);

        assertThat(ChatMessageDeserializer.messagesFromJson(ChatMessageSerializer.messagesToJson(memory.messages())))
                .isEqualTo(memory.messages());
        dev.langchain4j.data.message.UserMessage stored =
                (dev.langchain4j.data.message.UserMessage) memory.messages().get(2);
        assertPage(stored.contents());
        List<Content> texts =
                stored.contents().stream().filter(TextContent.class::isInstance).toList();
        assertThat(stored.toBuilder().contents(texts).build().contents()).isEqualTo(texts);
    }
}
