package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.testing.BlipFolder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** What an operator sees and does of the engines for vectors and scores. */
@ExtendWith(OutputCaptureExtension.class)
class OtherEnginesTest {

    private static final List<String> TEXTS = List.of("a dog on the chair", "invoice total 1200");

    @TempDir
    private static Path folder;

    private static @Nullable Path matching;
    private static byte[] picture;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EndpointAutoConfiguration.class,
                    GlimpseAutoConfiguration.class,
                    GlimpseEmbeddingAutoConfiguration.class,
                    GlimpseScoringAutoConfiguration.class,
                    GlimpseHealthAutoConfiguration.class,
                    GlimpseMetersAutoConfiguration.class,
                    GlimpseEndpointAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues(
                    "glimpse.device=cpu", "glimpse.dtype=float32", "management.endpoints.web.exposure.include=glimpse");

    private final ApplicationContextRunner vectors = runner.withPropertyValues(
            "glimpse.embedding-model.enabled=true",
            "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"),
            "glimpse.embedding-model.name=clip");

    private final ApplicationContextRunner scores = runner.withPropertyValues(
            "glimpse.scoring-model.enabled=true",
            "glimpse.scoring-model.location=" + Objects.requireNonNull(matching),
            "glimpse.scoring-model.name=itm");

    @BeforeAll
    static void write() throws IOException {
        matching = BlipFolder.matches()
                .visionWidth(36)
                .write(folder.resolve("matching"), TinyModel.BLIP_CAPTION.resolve("model"));
        picture = Files.readAllBytes(TinyModel.BLIP_CAPTION.resolve("cases/001/a.png"));
    }

    @Test
    void eachEngineHasAHealthOfItsOwn() {
        vectors.run(context -> {
            HealthIndicator health = context.getBean("glimpseEmbeddingHealthIndicator", HealthIndicator.class);

            assertThat(context).hasSingleBean(HealthIndicator.class);
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            assertThat(health.health().getDetails()).isEqualTo(details("ready", "clip"));
            context.getBean(EmbeddingEngine.class).close();
            assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health.health().getDetails()).isEqualTo(details("closed", "clip"));
        });
        scores.run(context -> assertThat(context.getBean("glimpseScoringHealthIndicator", HealthIndicator.class)
                        .health()
                        .getDetails())
                .isEqualTo(details("ready", "itm")));
    }

    private static Map<String, Object> details(String state, String model) {
        return Map.of("state", state, "model", model, "device", "cpu", "dtype", "float32", "active", 0, "queue", 0);
    }

    @Test
    void healthSpeaksTheTypesOfSpringBoot4WhereThoseOf3AreMissing() {
        vectors.withClassLoader(new FilteredClassLoader(GlimpseHealthAutoConfiguration.BOOT3_TYPE))
                .run(context -> assertThat(context.getBean(
                                        "glimpseEmbeddingHealthIndicator",
                                        org.springframework.boot.health.contributor.HealthIndicator.class)
                                .health())
                        .isEqualTo(org.springframework.boot.health.contributor.Health.up()
                                .withDetails(details("ready", "clip"))
                                .build()));
    }

    @Test
    void oneSwitchTurnsTheHealthOfAllOff() {
        vectors.withPropertyValues("management.health.glimpse.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void requestsForVectorsAreMeasured() {
        vectors.withPropertyValues("glimpse.embedding-model.pruning.retention-ratio=0.5")
                .run(context -> {
                    EmbeddingModel model = context.getBean(EmbeddingModel.class);
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    ImageContent image =
                            (ImageContent) TestPicture.question().contents().get(1);

                    model.embed(EmbeddingRequest.builder()
                            .inputs(List.of(
                                    EmbeddingInput.from("a red car"),
                                    EmbeddingInput.from("a dog"),
                                    EmbeddingInput.from(image)))
                            .build());
                    assertThatThrownBy(() -> model.embed(EmbeddingRequest.builder()
                                    .input(ImageContent.from("AAAA", "image/png"))
                                    .build()))
                            .isInstanceOf(InvalidRequestException.class);

                    assertThat(registry.get("glimpse.requests")
                                    .tags("model", "clip", "outcome", "answered")
                                    .counter()
                                    .count())
                            .isOne();
                    assertThat(registry.get("glimpse.requests.rejected")
                                    .tags("model", "clip", "reason", "invalid")
                                    .counter()
                                    .count())
                            .isOne();
                    assertThat(registry.get("gen_ai.server.request.duration")
                                    .tags("gen_ai.operation.name", "embeddings", "error.type", "none")
                                    .timer()
                                    .count())
                            .isOne();
                    assertThat(registry.get("glimpse.inputs")
                                    .tag("kind", "text")
                                    .counter()
                                    .count())
                            .isEqualTo(2);
                    assertThat(registry.get("glimpse.inputs")
                                    .tag("kind", "image")
                                    .counter()
                                    .count())
                            .isOne();
                    assertThat(registry.get("glimpse.retention")
                                    .tag("strategy", "cls-attention")
                                    .summary()
                                    .max())
                            .isEqualTo(0.5);
                    assertThat(registry.get("glimpse.queue.depth")
                                    .tag("model", "clip")
                                    .gauge()
                                    .value())
                            .isZero();
                });
    }

    @Test
    void requestsForScoresAreMeasured() {
        scores.run(context -> {
            GlimpseScoringModel model = context.getBean(GlimpseScoringModel.class);
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            model.scoreAll(picture, TEXTS);
            assertThatThrownBy(() -> model.scoreAll(new byte[] {1, 2}, TEXTS))
                    .isInstanceOf(InvalidRequestException.class);

            assertThat(registry.get("glimpse.requests")
                            .tags("model", "itm", "outcome", "answered")
                            .counter()
                            .count())
                    .isOne();
            assertThat(registry.get("glimpse.requests")
                            .tags("model", "itm", "outcome", "invalid")
                            .counter()
                            .count())
                    .isOne();
            assertThat(registry.get("gen_ai.server.request.duration")
                            .tags("gen_ai.operation.name", "score", "error.type", "none")
                            .timer()
                            .count())
                    .isOne();
            assertThat(registry.get("glimpse.inputs")
                            .tag("kind", "text")
                            .counter()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("glimpse.image.tokens")
                            .tags("model", "itm", "stage", "in", "strategy", "none")
                            .summary()
                            .max())
                    .isEqualTo(64);
            assertThat(registry.get("glimpse.requests.active")
                            .tag("model", "itm")
                            .gauge()
                            .value())
                    .isZero();
        });
    }

    @Test
    void threeModelsOfTheSameNameHaveMetersOfTheirOwn() {
        vectors.withPropertyValues(
                        "glimpse.model.location=" + TinyModel.QWEN.resolve("model"),
                        "glimpse.model.name=same",
                        "glimpse.embedding-model.name=same",
                        "glimpse.scoring-model.enabled=true",
                        "glimpse.scoring-model.location=" + Objects.requireNonNull(matching),
                        "glimpse.scoring-model.name=same")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    EmbeddingModel model = context.getBean(EmbeddingModel.class);

                    model.embed("a red car");
                    context.getBean(GlimpseScoringModel.class).scoreAll(picture, TEXTS);

                    for (String gauge : List.of("glimpse.queue.depth", "glimpse.requests.active")) {
                        assertThat(registry.get(gauge).tag("model", "same").gauges())
                                .extracting(meter -> meter.getId().getTag("operation"))
                                .containsExactlyInAnyOrder("chat", "embeddings", "score");
                    }
                    assertThat(registry.get("glimpse.requests")
                                    .tags("model", "same", "operation", "embeddings")
                                    .counter()
                                    .count())
                            .isOne();
                    assertThat(registry.get("glimpse.requests")
                                    .tags("model", "same", "operation", "score")
                                    .counter()
                                    .count())
                            .isOne();
                });
    }

    @Test
    void theEndpointDescribesTheEngineForVectors() {
        vectors.withPropertyValues("glimpse.embedding-model.batch-size=2", "glimpse.limits.timeout=7s")
                .run(context -> {
                    GlimpseEndpoint endpoint = context.getBean(GlimpseEndpoint.class);

                    assertThat(endpoint.describe()).isNull();
                    assertThat(endpoint.describe("scoring")).isNull();
                    assertThat(endpoint.describe("embedding"))
                            .asInstanceOf(InstanceOfAssertFactories.type(EmbeddingDescription.class))
                            .satisfies(clip -> {
                                assertThat(clip.model()).isEqualTo("clip");
                                assertThat(clip.family()).isEqualTo("clip");
                                assertThat(clip.pruning()).isEqualTo("none");
                                assertThat(clip.limits().batchSize()).isEqualTo(2);
                                assertThat(clip.limits().timeout()).isEqualTo(Duration.ofSeconds(7));
                                assertThat(clip.toString()).doesNotContain(TinyModel.CLIP.toString());
                            });
                });
    }

    @Test
    void theEndpointDescribesTheEngineForScores() {
        scores.run(context -> assertThat(context.getBean(GlimpseEndpoint.class).describe("scoring"))
                .asInstanceOf(InstanceOfAssertFactories.type(GlimpseDescription.class))
                .satisfies(itm -> {
                    assertThat(itm.model()).isEqualTo("itm");
                    assertThat(itm.family()).isEqualTo("blip");
                    assertThat(itm.generation()).isNull();
                }));
    }

    @Test
    void theEmbeddedModelAnswersBesideBothWhereItIsNamed() {
        vectors.withPropertyValues(
                        "glimpse.scoring-model.enabled=true",
                        "glimpse.scoring-model.location=" + matching,
                        "glimpse.model.location=embedded")
                .run(context -> {
                    assertThat(context.getBean(ChatModel.class).chat("Hello")).isNotNull();
                    assertThat(context.getBean(LoadedModel.class).options().module())
                            .as("the module of the embedded model")
                            .isNotNull();
                    assertThat(context.getBean(EmbeddingModel.class)
                                    .embed("a red car")
                                    .content()
                                    .vector())
                            .hasSize(24);
                    assertThat(context.getBean(GlimpseScoringModel.class)
                                    .scoreAll(picture, TEXTS)
                                    .content())
                            .hasSize(2);
                });
    }

    @Test
    void theLogSaysWhyThereIsNoChatModelAndHowToGetOne(CapturedOutput output) {
        vectors.run(context -> assertThat(context).doesNotHaveBean(ChatModel.class));

        assertThat(output)
                .contains(
                        "No chat model: glimpse.embedding-model.enabled is true and glimpse.model.location is not set")
                .contains("Set glimpse.model.location=embedded for the embedded model");
    }

    @Test
    void theLogIsSilentWhereAChatModelIsThereOrOfTheApplicationsOwnEngine(CapturedOutput output) {
        vectors.withPropertyValues("glimpse.model.location=embedded")
                .run(context -> assertThat(context).hasSingleBean(ChatModel.class));
        vectors.withBean(
                        "glimpseEngine",
                        LoadedModel.class,
                        () -> LoadedModel.load(EngineOptions.builder(TinyModel.QWEN.resolve("model"))
                                .build()))
                .run(context -> assertThat(context).hasSingleBean(ChatModel.class));

        assertThat(output).doesNotContain("No chat model");
    }

    @Test
    void aShutdownDrainsTheEnginesBeforeTheyAreClosed() {
        vectors.withPropertyValues("glimpse.scoring-model.enabled=true", "glimpse.scoring-model.location=" + matching)
                .run(context -> {
                    ConfigurableApplicationContext source = context.getSourceApplicationContext();
                    EmbeddingEngine clip = context.getBean(EmbeddingEngine.class);
                    LoadedModel itm = context.getBean(GlimpseScoringAutoConfiguration.ENGINE, LoadedModel.class);
                    EmbeddingModel model = context.getBean(EmbeddingModel.class);

                    source.stop();
                    assertThat(clip.state()).isEqualTo(EngineState.DRAINING);
                    assertThat(itm.state()).isEqualTo(EngineState.DRAINING);
                    assertThatThrownBy(() -> model.embed("a red car"))
                            .isInstanceOf(NonRetriableException.class)
                            .hasMessageContaining("shutting down");

                    source.start();
                    assertThat(clip.state()).isEqualTo(EngineState.READY);
                    assertThat(model.embed("a red car").content().vector()).hasSize(24);
                    assertThat(itm.state()).isEqualTo(EngineState.READY);
                });
    }
}
