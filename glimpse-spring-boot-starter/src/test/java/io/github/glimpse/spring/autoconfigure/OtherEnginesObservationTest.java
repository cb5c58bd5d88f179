package io.github.glimpse.spring.autoconfigure;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.embedding.ScoringListener;
import io.github.glimpse.testing.BlipFolder;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The observations of the engines for vectors and scores; those of chat are {@link GlimpseObservationAutoConfigurationTest}'s. */
class OtherEnginesObservationTest {

    private static final String EMBEDDINGS = "glimpse.embeddings";
    private static final String SCORE = "glimpse.score";
    private static final List<String> TEXTS = List.of("a dog on the chair", "invoice total 1200");

    @TempDir
    private static Path folder;

    private static @Nullable Path matching;
    private static byte[] picture;

    // Its own validator is on: an observation that is stopped twice fails a test.
    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    GlimpseAutoConfiguration.class,
                    GlimpseEmbeddingAutoConfiguration.class,
                    GlimpseScoringAutoConfiguration.class,
                    GlimpseObservationAutoConfiguration.class));
    private final ApplicationContextRunner runner = bare.withBean(ObservationRegistry.class, () -> registry);
    private final ApplicationContextRunner vectors = runner.withPropertyValues(
            "glimpse.embedding-model.enabled=true",
            "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"),
            "glimpse.embedding-model.name=clip");
    private final ApplicationContextRunner scores = runner.withPropertyValues(scoring());

    private static String[] scoring() {
        return new String[] {
            "glimpse.scoring-model.enabled=true",
            "glimpse.scoring-model.location=" + Objects.requireNonNull(matching),
            "glimpse.scoring-model.name=itm"
        };
    }

    @BeforeAll
    static void write() throws IOException {
        matching = BlipFolder.matches()
                .visionWidth(36)
                .write(folder.resolve("matching"), TinyModel.BLIP_CAPTION.resolve("model"));
        picture = Files.readAllBytes(TinyModel.BLIP_CAPTION.resolve("cases/001/a.png"));
    }

    private static EmbeddingRequest textAndPicture() {
        ImageContent image = (ImageContent) TestPicture.question().contents().get(1);
        return EmbeddingRequest.builder()
                .inputs(List.of(EmbeddingInput.from("a red car"), EmbeddingInput.from(image)))
                .build();
    }

    @Test
    void aRequestForVectorsIsAChildOfItsCallers() {
        vectors.withPropertyValues("glimpse.embedding-model.pruning.retention-ratio=0.5")
                .run(context -> {
                    Observation caller = Observation.start("caller", registry);
                    int tokens = Objects.requireNonNull(caller.scoped(() -> context.getBean(EmbeddingModel.class)
                            .embed(textAndPicture())
                            .metadata()
                            .tokenUsage()
                            .inputTokenCount()));
                    caller.stop();

                    assertThat(registry)
                            .hasObservationWithNameEqualTo(EMBEDDINGS)
                            .that()
                            .hasBeenStopped()
                            .hasParentObservationEqualTo(caller)
                            .doesNotHaveError()
                            .hasContextualNameEqualTo("embeddings clip")
                            .hasLowCardinalityKeyValue("model", "clip")
                            .hasLowCardinalityKeyValue("strategy", "cls-attention")
                            .hasHighCardinalityKeyValue("gen_ai.usage.input_tokens", String.valueOf(tokens))
                            .hasHighCardinalityKeyValue("glimpse.image.tokens", "64")
                            .hasHighCardinalityKeyValue("glimpse.kept.tokens", "32");
                });
    }

    @Test
    void aRequestForScoresIsAChildOfItsCallers() {
        scores.withPropertyValues(
                        "glimpse.scoring-model.pruning.schedule[0].at=tower 1",
                        "glimpse.scoring-model.pruning.schedule[0].strategy=cls-attention",
                        "glimpse.scoring-model.pruning.schedule[0].retention-ratio=0.25")
                .run(context -> {
                    Observation caller = Observation.start("caller", registry);
                    caller.scoped(() -> {
                        context.getBean(GlimpseScoringModel.class).scoreAll(picture, TEXTS);
                    });
                    caller.stop();

                    assertThat(registry)
                            .hasObservationWithNameEqualTo(SCORE)
                            .that()
                            .hasBeenStopped()
                            .hasParentObservationEqualTo(caller)
                            .doesNotHaveError()
                            .hasContextualNameEqualTo("score itm")
                            .hasLowCardinalityKeyValue("model", "itm")
                            .hasLowCardinalityKeyValue("strategy", "cls-attention")
                            .hasHighCardinalityKeyValue("glimpse.image.tokens", "64")
                            .hasHighCardinalityKeyValue("glimpse.kept.tokens", "16");
                });
    }

    @Test
    void bothHaveTheKeysThatTheGuideNamesAndNoOthersOfFewValues() {
        vectors.withPropertyValues(scoring()).run(context -> {
            context.getBean(EmbeddingModel.class).embed("a red car");
            context.getBean(GlimpseScoringModel.class).scoreAll(picture, TEXTS);

            for (GlimpseObservation kind : List.of(GlimpseObservation.EMBEDDINGS, GlimpseObservation.SCORE)) {
                assertThat(registry)
                        .hasNumberOfObservationsWithNameEqualTo(kind.observationName(), 1)
                        .hasObservationWithNameEqualTo(kind.observationName())
                        .that()
                        .hasLowCardinalityKeyValue("strategy", "none")
                        .satisfies(observed -> assertThat(observed.getLowCardinalityKeyValues().stream()
                                        .map(KeyValue::getKey))
                                .containsExactlyInAnyOrderElementsOf(kind.keys().stream()
                                        .map(GlimpseMeter.Tag::key)
                                        .toList()));
            }
        });
    }

    @Test
    void eachRecordsTheErrorThatItsCallerGets() {
        vectors.withPropertyValues(scoring())
                .withPropertyValues("glimpse.embedding-model.max-inputs=1", "glimpse.scoring-model.max-texts=1")
                .run(context -> {
                    assertThatThrownBy(
                                    () -> context.getBean(EmbeddingModel.class).embed(textAndPicture()))
                            .isInstanceOf(InvalidRequestException.class);
                    assertThatThrownBy(() ->
                                    context.getBean(GlimpseScoringModel.class).scoreAll(picture, TEXTS))
                            .isInstanceOf(InvalidRequestException.class);

                    for (String name : List.of(EMBEDDINGS, SCORE)) {
                        assertThat(registry)
                                .hasObservationWithNameEqualTo(name)
                                .that()
                                .hasBeenStopped()
                                .hasLowCardinalityKeyValue("strategy", "none")
                                .thenError()
                                .isInstanceOf(InvalidRequestException.class)
                                .hasMessageContaining("the limit is 1");
                    }
                });
    }

    @Test
    void aRequestWhoseCallerIsInterruptedEndsWithoutAnError() {
        vectors.withPropertyValues(scoring()).run(context -> {
            for (Runnable work : List.<Runnable>of(
                    () -> context.getBean(EmbeddingModel.class).embed("a red car"),
                    () -> context.getBean(GlimpseScoringModel.class).scoreAll(picture, TEXTS))) {
                Thread.currentThread().interrupt();
                try {
                    assertThatThrownBy(work::run).isInstanceOf(NonRetriableException.class);
                } finally {
                    assertThat(Thread.interrupted()).isTrue();
                }
            }

            for (String name : List.of(EMBEDDINGS, SCORE)) {
                assertThat(registry)
                        .hasObservationWithNameEqualTo(name)
                        .that()
                        .hasBeenStopped()
                        .hasEvent("glimpse.cancelled")
                        .doesNotHaveError();
            }
        });
    }

    @Test
    void oneSwitchTurnsThemOff() {
        vectors.withPropertyValues(scoring())
                .withPropertyValues("glimpse.observability.observations=false")
                .run(context -> {
                    context.getBean(EmbeddingModel.class).embed("a red car");
                    context.getBean(GlimpseScoringModel.class).scoreAll(picture, TEXTS);

                    assertThat(registry).doesNotHaveAnyObservation();
                });
    }

    @Test
    void theyStandBesideATracerOfTheApplications() {
        vectors.withBean(RequestTracer.class, () -> RequestTracer.NONE).run(context -> {
            context.getBean(EmbeddingModel.class).embed("a red car");

            assertThat(registry).hasSingleObservationThat().hasNameEqualTo(EMBEDDINGS);
        });
    }

    @Test
    void theyAreNotThereWithoutARegistryOrMicrometer() {
        ApplicationContextRunner plain = bare.withPropertyValues(scoring());
        plain.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ScoringListener.class));
        plain.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(GlimpseScoringModel.class));
    }
}
