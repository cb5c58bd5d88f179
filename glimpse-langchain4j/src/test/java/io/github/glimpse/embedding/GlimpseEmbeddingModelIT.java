package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.request.CurrentSignal;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.request.ImageUrlOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GlimpseEmbeddingModelIT {

    private static final EmbeddingEngine ENGINE = TinyClip.clip();
    private static final EmbeddingModel MODEL =
            GlimpseEmbeddingModel.builder().engine(ENGINE).build();

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @Test
    void keepsTheOrderOfTextsAndPictures() {
        EmbeddingResponse mixed = MODEL.embed(EmbeddingRequest.builder()
                .inputs(
                        EmbeddingInput.from(TinyClip.image("a.png")),
                        EmbeddingInput.from("a photo of a red car"),
                        EmbeddingInput.from(TinyClip.image("b.png")),
                        EmbeddingInput.from("invoice number 42"))
                .build());

        assertThat(mixed.embeddings()).hasSize(4);
        close(mixed.embeddings().get(1), MODEL.embed("a photo of a red car").content());
        close(mixed.embeddings().get(3), MODEL.embed("invoice number 42").content());
        close(mixed.embeddings().get(0), picture("a.png"));
        close(mixed.embeddings().get(2), picture("b.png"));
        assertThat(mixed.embeddings())
                .allSatisfy(embedding -> assertThat(length(embedding.vector())).isEqualTo(1, within(1e-5)));
    }

    /** One timeout for each image would take four times as long as this test may. */
    @Test
    @Timeout(50)
    void picturesOfServersThatNeverAnswerCostNoMoreThanTheTimeOfTheRequest() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                EmbeddingEngine hurried = EmbeddingEngine.load(TinyClip.options(TinyClip.CLIP)
                        .timeout(Duration.ofSeconds(2))
                        .build())) {
            EmbeddingModel model = GlimpseEmbeddingModel.builder()
                    .engine(hurried)
                    .imageUrls(ImageUrlOptions.allowList("127.0.0.1:" + silent.getLocalPort()))
                    .build();
            EmbeddingInput input =
                    EmbeddingInput.from(ImageContent.from("http://127.0.0.1:" + silent.getLocalPort() + "/picture"));

            assertThatThrownBy(() -> model.embed(EmbeddingRequest.builder()
                            .inputs(Collections.nCopies(100, input))
                            .build()))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("fetching pictures by URL");
        }
    }

    private static Embedding picture(String name) {
        return MODEL.embed(
                        EmbeddingRequest.builder().input(TinyClip.image(name)).build())
                .embeddings()
                .get(0);
    }

    private static double length(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /** In another batch sums are made in another order. */
    private static void close(Embedding one, Embedding other) {
        for (int i = 0; i < one.dimension(); i++) {
            assertThat(one.vector()[i]).isEqualTo(other.vector()[i], within(2e-6f));
        }
    }

    @Test
    void aSignalOfTheSenderCancelsTheRequest() {
        CancellationSignal signal = new CancellationSignal();
        signal.cancel();

        assertThatThrownBy(() -> CurrentSignal.during(signal, () -> MODEL.embed("a red car")))
                .hasCauseInstanceOf(GenerationCancelledException.class);
        assertThat(MODEL.embed("a red car").content().vector()).isNotEmpty();
    }

    @Test
    void givesTheSameBitsForTheSameRequest() {
        assertThat(picture("a.png")).isEqualTo(picture("a.png"));
        assertThat(MODEL.embed("a red car").content())
                .isEqualTo(MODEL.embed("a red car").content());
    }

    @Test
    void embedsMoreTextsThanOneBatchInOrder() {
        List<TextSegment> texts = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            texts.add(TextSegment.from("dog ".repeat(1 + i * 7 % 40) + i));
        }
        List<Embedding> all = MODEL.embedAll(texts).content();

        for (int i : new int[] {0, 1, 33, 69}) {
            close(all.get(i), MODEL.embed(texts.get(i)).content());
        }
    }

    @Test
    void embedsAnyNumberOfSegmentsAsSeveralRequestsOfWhichListenersHearOnce() {
        List<TextSegment> segments = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            segments.add(TextSegment.from("dog ".repeat(1 + i) + i));
        }
        List<String> heard = new ArrayList<>();
        EmbeddingModelListener listener = new EmbeddingModelListener() {
            @Override
            public void onRequest(EmbeddingModelRequestContext context) {
                heard.add("request of " + context.textSegments().size());
            }

            @Override
            public void onResponse(EmbeddingModelResponseContext context) {
                GlimpseEmbeddingResponseMetadata metadata = (GlimpseEmbeddingResponseMetadata)
                        context.embeddingResponse().metadata();
                heard.add("response of "
                        + context.embeddingResponse().embeddings().size() + " by " + metadata.modelName() + ", "
                        + metadata.pruning().pruning());
            }
        };
        try (EmbeddingEngine engine = EmbeddingEngine.load(
                TinyClip.options(TinyClip.CLIP).name("tiny").maxInputs(3).build())) {
            EmbeddingModel three = GlimpseEmbeddingModel.builder()
                    .engine(engine)
                    .listeners(List.of(listener))
                    .build();

            Response<List<Embedding>> parts = three.embedAll(segments);
            Response<List<Embedding>> whole = MODEL.embedAll(segments);

            assertThat(parts.content()).hasSize(7);
            for (int i = 0; i < 7; i++) {
                close(parts.content().get(i), whole.content().get(i));
            }
            assertThat(parts.tokenUsage()).isEqualTo(whole.tokenUsage());
            assertThat(Objects.requireNonNull(parts.tokenUsage()).inputTokenCount())
                    .isPositive();
            assertThat(heard).containsExactly("request of 7", "response of 7 by tiny, none");
            assertThat(three.embedAll(List.of()).content()).isEmpty();
        }
    }

    @Test
    void ingestsMoreSegmentsThanARequestMayHave() {
        List<TextSegment> segments = new ArrayList<>();
        for (int i = 0; i < EmbeddingOptions.DEFAULT_MAX_INPUTS + 1; i++) {
            segments.add(TextSegment.from("dog " + i));
        }
        int before = ENGINE.liveResources();

        assertThat(MODEL.embedAll(segments).content()).hasSameSizeAs(segments);
        assertThat(ENGINE.liveResources()).isEqualTo(before);
    }

    @Test
    void anIngestionFailsWithTheErrorOfThePartThatFailed() {
        List<String> heard = new ArrayList<>();
        EmbeddingModelListener listener = new EmbeddingModelListener() {
            @Override
            public void onRequest(EmbeddingModelRequestContext context) {
                heard.add("request");
            }

            @Override
            public void onError(EmbeddingModelErrorContext context) {
                heard.add(context.error().getClass().getSimpleName());
            }
        };
        EmbeddingOptions late = TinyClip.options(TinyClip.CLIP)
                .maxInputs(1)
                .timeout(Duration.ofNanos(1))
                .build();
        try (EmbeddingEngine engine = EmbeddingEngine.load(late)) {
            EmbeddingModel model = GlimpseEmbeddingModel.builder()
                    .engine(engine)
                    .listeners(List.of(listener))
                    .build();

            assertThatThrownBy(() -> model.embedAll(List.of(TextSegment.from("a"), TextSegment.from("b"))))
                    .isInstanceOf(TimeoutException.class);
            assertThat(heard).containsExactly("request", "TimeoutException");
        }
    }

    @Test
    void countsIdsAndPatches() {
        EmbeddingResponse response = MODEL.embed(EmbeddingRequest.builder()
                .inputs(EmbeddingInput.from("a photo of a red car"), EmbeddingInput.from(TinyClip.image("a.png")))
                .parameters(EmbeddingRequestParameters.builder()
                        .set(GlimpseEmbeddingModel.PRUNING, TinyClip.cut("50 %", 0.25))
                        .build())
                .build());

        assertThat(response.metadata().tokenUsage()).isEqualTo(new GlimpseTokenUsage(12 + 64, 0, 64, 48));
        GlimpseEmbeddingResponseMetadata metadata = (GlimpseEmbeddingResponseMetadata) response.metadata();
        assertThat(metadata.modelName()).isEqualTo("tiny");
        assertThat(metadata.pruning().pruning()).isEqualTo("tower 3 cls-attention 0.25");
        assertThat(metadata.pruning().images().get(0).kept()).hasSize(16);
        assertThat(metadata.pruning().images().get(0).cuts().get(0).at()).hasToString("tower 3");
        assertThat(metadata.pruning().retention()).isEqualTo(0.25);
    }

    @Test
    void tellsListenersOfPictures() {
        List<String> heard = new ArrayList<>();
        EmbeddingModelListener listener = new EmbeddingModelListener() {
            @Override
            public void onRequest(EmbeddingModelRequestContext context) {
                heard.add("request of " + context.embeddingRequest().inputs().size() + ", texts "
                        + context.textSegments().size());
                throw new IllegalStateException("a listener's own");
            }

            @Override
            public void onResponse(EmbeddingModelResponseContext context) {
                heard.add("response of "
                        + context.embeddingResponse().embeddings().size());
            }

            @Override
            public void onError(EmbeddingModelErrorContext context) {
                heard.add("error");
            }
        };
        MODEL.addListener(listener)
                .embed(EmbeddingRequest.builder()
                        .inputs(EmbeddingInput.from(TinyClip.image("a.png")), EmbeddingInput.from("a car"))
                        .build());
        assertThat(heard).containsExactly("request of 2, texts 1", "response of 2");

        heard.clear();
        assertThatThrownBy(() -> MODEL.addListener(listener)
                        .embed(EmbeddingRequest.builder()
                                .input(ImageContent.from("AAAA", "image/png"))
                                .build()))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(heard).containsExactly("request of 1, texts 0", "error");
    }

    @Test
    void takesSpecialTokensThatAreTypedAsText() {
        // What stands behind a real end token would be ignored.
        Embedding whole = MODEL.embed("a dog <|endoftext|> a red car").content();
        Embedding other = MODEL.embed("a dog <|endoftext|> invoice number 42").content();

        assertThat(whole.vector()).isNotEqualTo(other.vector());
    }

    @Test
    void refusesWhatCanNeverWork() {
        int before = ENGINE.liveResources();
        refused(EmbeddingInput.from(TextContent.from("a cat"), TinyClip.image("a.png")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("inputs of their own");
        refused(EmbeddingInput.from(ImageContent.from("AAAA", "image/png")))
                .isInstanceOf(InvalidRequestException.class);
        refused(EmbeddingInput.from(ImageContent.from("http://127.0.0.1/cat.png")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("glimpse.images.url-access");
        String half = Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(TinyClip.picture("a.png"), 9_000));
        refused(EmbeddingInput.from(ImageContent.from(half, "image/png"))).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> MODEL.embed(
                        EmbeddingRequest.builder().input("x").modelName("other").build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("modelName");
        assertThatThrownBy(() -> MODEL.embed(EmbeddingRequest.builder()
                        .input(TinyClip.image("a.png"))
                        .parameters(EmbeddingRequestParameters.builder()
                                .set(GlimpseEmbeddingModel.PRUNING, TinyClip.cut("50 %", "text-similarity", 0.5))
                                .build())
                        .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("match()");
        assertThat(ENGINE.liveResources()).isEqualTo(before);
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(EmbeddingInput input) {
        return assertThatThrownBy(
                () -> MODEL.embed(EmbeddingRequest.builder().inputs(input).build()));
    }

    @Test
    void refusesTooManyInputsAndWhatTakesTooLong() {
        EmbeddingOptions few = TinyClip.options(TinyClip.CLIP)
                .maxInputs(2)
                .timeout(Duration.ofNanos(1))
                .build();
        try (EmbeddingEngine engine = EmbeddingEngine.load(few)) {
            EmbeddingModel model =
                    GlimpseEmbeddingModel.builder().engine(engine).build();

            assertThatThrownBy(() -> model.embed(
                            EmbeddingRequest.builder().inputs("a", "b", "c").build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("the limit is 2");
            assertThatThrownBy(() -> model.embed("a")).isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void saysThatItIsClosed() {
        EmbeddingEngine engine = TinyClip.clip();
        EmbeddingModel model = GlimpseEmbeddingModel.builder().engine(engine).build();
        model.embed("a");
        assertThat(engine.liveResources()).isPositive();
        engine.close();
        engine.close();

        assertThatThrownBy(() -> model.embed("a"))
                .isInstanceOf(NonRetriableException.class)
                .hasMessageContaining("load it again");
        assertThatThrownBy(model::dimension).isInstanceOf(NonRetriableException.class);
    }
}
