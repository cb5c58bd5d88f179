package com.example.tests.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.Folders;
import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.DocumentSplitter;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Retrieval as an application of LangChain4j has it: a store, a model for vectors, one for answers, and a service. */
class RetrievalTest {

    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        context = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "glimpse.model.location=embedded",
                        "glimpse.generation.max-output-tokens=4",
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + Folders.CLIP,
                        "glimpse.embedding-model.max-inputs=8",
                        "langchain4j.rag.retrieval.max-results=1")
                .run();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void theRetrieverOfLangChain4jFindsByTheEmbeddingModelAndTheServiceAsksWithWhatItFound() {
        assertThat(context.getBean(EmbeddingModel.class)).isInstanceOf(GlimpseEmbeddingModel.class);
        assertThat(context.getBean(ChatModel.class)).isInstanceOf(GlimpseChatModel.class);
        ingest("the door is blue", "invoice number 42", "a dog on the chair");

        assertThat(context.getBean(ContentRetriever.class).retrieve(Query.from("invoice number 42")))
                .singleElement()
                .satisfies(content -> assertThat(content.textSegment().text()).isEqualTo("invoice number 42"));
        assertThat(context.getBean(Documents.class).ask("invoice number 42")).isNotBlank();
        assertThat(context.getBean(Prompts.class).heard)
                .last()
                .asString()
                .contains("Answer using the following information:")
                .contains("invoice number 42");
    }

    @Test
    void aQuestionAboutAPictureIsAnsweredToo() throws IOException {
        ingest("invoice number 42");

        assertThat(context.getBean(Documents.class).look("invoice number 42", page()))
                .isNotBlank();
        assertThat(context.getBean(Prompts.class).heard)
                .last()
                .asString()
                .contains("Answer using the following information:")
                .contains("ImageContent");
    }

    @Test
    void aQuestionOfSeveralTextsAndAnImageIsSentWithTheRetrievedText() throws IOException {
        ingest("invoice number 42");

        context.getBean(Documents.class).contents(List.of(TextContent.from("invoice"), TextContent.from("42"), page()));

        assertThat(context.getBean(Prompts.class).heard)
                .last()
                .asString()
                .contains("Answer using the following information:")
                .contains("ImageContent");
    }

    private static ImageContent page() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(168, 140, BufferedImage.TYPE_INT_RGB), "png", png);
        return ImageContent.from(Base64.getEncoder().encodeToString(png.toByteArray()), "image/png");
    }

    @Test
    void anIngestionMayHaveMoreSegmentsThanARequest() {
        String[] segments = IntStream.range(0, 20).mapToObj(i -> "page " + i).toArray(String[]::new);

        ingest(segments);

        assertThat(context.getBean(ContentRetriever.class).retrieve(Query.from("page 19")))
                .singleElement()
                .satisfies(content -> assertThat(content.textSegment().text()).startsWith("page"));
    }

    @SuppressWarnings("unchecked") // the store of the application below
    private static void ingest(String... segments) {
        EmbeddingStoreIngestor.builder()
                .embeddingModel(context.getBean(EmbeddingModel.class))
                .embeddingStore((EmbeddingStore<TextSegment>) context.getBean(EmbeddingStore.class))
                .documentSplitter(new Lines())
                .build()
                .ingest(Document.from(String.join("\n", segments)));
    }

    private static final class Lines implements DocumentSplitter {

        @Override
        public List<TextSegment> split(Document document) {
            return document.text().lines().map(TextSegment::from).toList();
        }
    }

    static final class Prompts implements ChatModelListener {

        private final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        public void onRequest(ChatModelRequestContext request) {
            heard.add(request.chatRequest().messages().toString());
        }
    }

    @AiService
    interface Documents {

        String ask(String question);

        String contents(List<Content> contents);

        String look(@UserMessage String question, @UserMessage ImageContent page);
    }

    @SpringBootApplication
    static class Application {

        @Bean
        EmbeddingStore<TextSegment> segments() {
            return new InMemoryEmbeddingStore<>();
        }

        @Bean
        Prompts prompts() {
            return new Prompts();
        }
    }
}
