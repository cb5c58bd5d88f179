package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Metadata;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.PageReader;
import io.github.glimpse.documents.PageTools;
import io.github.glimpse.documents.TranscribingPageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class GlimpseDocumentsAutoConfigurationTest {

    @TempDir
    private Path temp;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    GlimpseDocumentsAutoConfiguration.class, GlimpseToolsAutoConfiguration.class));

    @BeforeEach
    void writeDocuments() throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.copy(TinyModel.BLIP_CAPTION.resolve("cases/001/a.png"), documents.resolve("car.png"));
        Files.writeString(documents.resolve("letter.pdf"), "%PDF-1.7");
    }

    private ApplicationContextRunner withDocuments() {
        return runner.withPropertyValues("glimpse.rag.documents=" + temp.resolve("documents"));
    }

    @Test
    void withoutAFolderOfDocumentsThereIsNothing() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(DocumentIndex.class)
                .doesNotHaveBean(RetrievalAugmentor.class));
    }

    @Test
    void oneFolderBringsWhatAnAiServiceNeeds() {
        withDocuments().withUserConfiguration(Reader.class).run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(DocumentIndex.class)
                    .hasSingleBean(ContentRetriever.class)
                    .hasSingleBean(PageTools.class)
                    .doesNotHaveBean(ToolProvider.class);
            assertThat(context.getBean(ContentRetriever.class).retrieve(Query.from("a red car")))
                    .hasSize(1);
            UserMessage asked = UserMessage.from("What colour is the car?");
            UserMessage augmented = (UserMessage) context.getBean(RetrievalAugmentor.class)
                    .augment(new AugmentationRequest(asked, Metadata.from(asked, "default", List.of())))
                    .chatMessage();
            assertThat(augmented.contents()).anyMatch(ImageContent.class::isInstance);
            assertThat(temp.resolve("documents.index")).isNotEmptyFile();
        });
    }

    private ApplicationContextRunner withModel(String location) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseDocumentsAutoConfiguration.class))
                .withPropertyValues(
                        "glimpse.load=lazy",
                        "glimpse.generation.max-output-tokens=4",
                        "glimpse.model.location=" + location,
                        "glimpse.rag.documents=" + temp.resolve("documents"));
    }

    @Test
    void pagesThatNoQuestionFindsAreNamedWithTheNextStep(CapturedOutput output) {
        withDocuments()
                .run(context -> assertThat(context.getBean(DocumentIndex.class).unsearchable())
                        .singleElement()
                        .satisfies(page -> assertThat(page.document()).isEqualTo("car.png")));

        assertThat(output)
                .contains(
                        "0 pages of documents can be found; 1 have neither text nor vectors, 1 pages or files could not")
                .contains("No question finds 1 of 1 pages, which have no text layer: car.png, page 1. Set"
                        + " glimpse.rag.read-scans=true to read them by the application's chat model, or define a bean"
                        + " of type PageReader");
    }

    @Test
    void theEmbeddedModelIsNoReaderOfPages(CapturedOutput output) {
        withModel("embedded")
                .run(context -> assertThat(context.getBean(DocumentIndex.class).unsearchable())
                        .hasSize(1));

        assertThat(output).contains("car.png, page 1. The embedded model reads single values and no whole pages");
    }

    @Test
    void anotherChatModelOfGlimpseTranscribesPages(CapturedOutput output) {
        withModel(TinyModel.QWEN.resolve("model").toString())
                .withPropertyValues("glimpse.rag.read-scans=false")
                .run(context -> assertThat(context.getBean(DocumentIndex.class).unsearchable())
                        .hasSize(1));
        assertThat(output).doesNotContain("Transcribing").contains("glimpse.rag.read-scans is false");

        withModel(TinyModel.QWEN.resolve("model").toString())
                .run(context -> assertThat(context.getBean(DocumentIndex.class).unsearchable())
                        .isEmpty());
        assertThat(output).contains("Transcribing pages without a text layer, once, with the chat model");
    }

    @Test
    void aChatModelOfTheApplicationTranscribesPagesWhereThePropertySaysSo() {
        withDocuments().withPropertyValues("glimpse.rag.read-scans=true").run(context -> assertThat(
                        context.getStartupFailure())
                .rootCause()
                .hasMessageContaining("true needs one bean of type ChatModel"));
        List<ChatRequest> requests = new ArrayList<>();
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                requests.add(request);
                return ChatResponse.builder()
                        .aiMessage(AiMessage.from("A red car"))
                        .build();
            }
        };
        withDocuments()
                .withBean("remote", ChatModel.class, () -> model)
                .withPropertyValues("glimpse.rag.read-scans=true")
                .run(context -> assertThat(
                                context.getBean(ContentRetriever.class).retrieve(Query.from("the red car")))
                        .hasSize(1));
        assertThat(requests).singleElement().satisfies(request -> assertThat(
                        request.parameters().maxOutputTokens())
                .isEqualTo(TranscribingPageReader.MAX_OUTPUT_TOKENS));
    }

    @Test
    void severalReadersStopTheStart() {
        withDocuments()
                .withUserConfiguration(Reader.class)
                .withBean("another", PageReader.class, () -> new Reader().reader())
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("expected single matching bean but found 2"));
    }

    @Test
    void anEmbeddingModelOfTheApplicationFindsPagesByTheirText() {
        EmbeddingModel same = new EmbeddingModel() {
            @Override
            public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
                return Response.from(segments.stream()
                        .map(segment -> Embedding.from(new float[] {1, 0}))
                        .toList());
            }
        };
        withDocuments()
                .withUserConfiguration(Reader.class)
                .withBean("texts", EmbeddingModel.class, () -> same)
                .withBean("store", InMemoryEmbeddingStore.class, () -> new InMemoryEmbeddingStore<TextSegment>())
                .run(context -> assertThat(
                                context.getBean(ContentRetriever.class).retrieve(Query.from("vehicle")))
                        .singleElement()
                        .satisfies(found -> assertThat(
                                        found.textSegment().metadata().getString("document"))
                                .isEqualTo("car.png")));
    }

    /** This module has no PDFBox. */
    @Test
    void aPdfFileWithoutItsReaderIsAnErrorThatSaysWhatToAdd() {
        withDocuments().run(context -> assertThat(
                        context.getBean(DocumentIndex.class).errors())
                .singleElement()
                .satisfies(row -> assertThat(row.error()).contains("letter.pdf", "add org.apache.pdfbox:pdfbox")));
    }

    @Test
    void propertiesChooseThePlaceOfPdfFilesAndItsMemory() {
        withDocuments()
                .withPropertyValues("glimpse.rag.pdf.isolation=thread", "glimpse.rag.pdf.max-memory=300MB")
                .run(context -> assertThat(context.getBean(DocumentIndex.class)
                                .folder()
                                .limits()
                                .maxMemoryBytes())
                        .isEqualTo(300L << 20));
        withDocuments().withPropertyValues("glimpse.rag.pdf.max-memory=1MB").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("maxMemoryBytes must be at least 64000000, not 1048576"));
    }

    @Test
    void aStoreThatLastsLosesTheVectorsOfFilesThatAreGone() throws IOException {
        InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
        ApplicationContextRunner withVectors = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        GlimpseAutoConfiguration.class,
                        GlimpseEmbeddingAutoConfiguration.class,
                        GlimpseDocumentsAutoConfiguration.class))
                .withPropertyValues(
                        "glimpse.load=lazy",
                        "glimpse.rag.documents=" + temp.resolve("documents"),
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"))
                .withBean("store", InMemoryEmbeddingStore.class, () -> store);
        withVectors.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(documents(store)).containsOnly("car.png");
        });
        Files.move(temp.resolve("documents/car.png"), temp.resolve("documents/van.png"));

        withVectors.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(documents(store)).containsOnly("van.png");
        });
    }

    private static List<String> documents(InMemoryEmbeddingStore<TextSegment> store) {
        return Pattern.compile("\"document\":\"([^\"]+)\"")
                .matcher(store.serializeToJson())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void toolsAreGivenWhereTheyAreAskedFor() {
        ToolProviderRequest request = ToolProviderRequest.builder()
                .invocationContext(InvocationContext.builder().build())
                .userMessage(UserMessage.from("Which pages are there?"))
                .build();

        withDocuments().withPropertyValues("glimpse.rag.tools=true").run(context -> assertThat(
                        context.getBean(ToolProvider.class)
                                .provideTools(request)
                                .aiServiceTools())
                .extracting(tool -> tool.toolSpecification().name())
                .containsExactly("search_pages", "open_page"));
        // LangChain4j's starter takes one provider of tools, and fails where there are two.
        withDocuments()
                .withPropertyValues("glimpse.rag.tools=true", "glimpse.tools.zoom=true")
                .run(context -> assertThat(context.getBean(ToolProvider.class)
                                .provideTools(request)
                                .aiServiceTools())
                        .extracting(tool -> tool.toolSpecification().name())
                        .containsExactly("search_pages", "open_page", "zoom"));
    }

    @Test
    void beansOfTheApplicationWin() {
        withDocuments().withUserConfiguration(Own.class).run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(ContentRetriever.class)
                .doesNotHaveBean(GlimpseDocumentsAutoConfiguration.RETRIEVER));
    }

    @Test
    void anApplicationWithSeveralRetrieversKeepsThemAndItsPagesAreFound() {
        withDocuments()
                .withUserConfiguration(Reader.class, Own.class)
                .withBean("another", ContentRetriever.class, () -> query -> List.of())
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .hasSingleBean(RetrievalAugmentor.class)
                            .doesNotHaveBean(GlimpseDocumentsAutoConfiguration.RETRIEVER);
                    assertThat(context.getBean(PageTools.class).contents("search_pages", "{\"query\": \"a red car\"}"))
                            .first()
                            .satisfies(found -> assertThat(found.toString()).contains("car.png"));
                });
    }

    @Test
    void anEmptyNameOfAFolderNamesNone() {
        runner.withPropertyValues("glimpse.rag.documents=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(DocumentIndex.class));
    }

    @Test
    void aFolderThatIsNotThereStopsTheStart() {
        runner.withPropertyValues("glimpse.rag.documents=" + temp.resolve("nowhere"))
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("is no folder"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Reader {

        @Bean
        PageReader reader() {
            return new PageReader() {
                @Override
                public String read(ImageContent page) {
                    return "a car on the road";
                }

                @Override
                public String label() {
                    return "car";
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        ContentRetriever own() {
            return query -> List.of();
        }
    }
}
