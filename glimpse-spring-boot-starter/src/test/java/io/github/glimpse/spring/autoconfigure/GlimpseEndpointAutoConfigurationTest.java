package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.serve.ServingOptions;
import io.github.glimpse.spring.autoconfigure.GlimpseDescription.Cache;
import io.github.glimpse.spring.autoconfigure.GlimpseDescription.LastAnswer;
import io.github.glimpse.spring.autoconfigure.GlimpseDescription.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class GlimpseEndpointAutoConfigurationTest {

    private final ApplicationContextRunner hidden = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    EndpointAutoConfiguration.class,
                    GlimpseAutoConfiguration.class,
                    GlimpseEndpointAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.model.name=tiny", "glimpse.device=cpu", "glimpse.dtype=float32");
    private final ApplicationContextRunner runner =
            hidden.withPropertyValues("management.endpoints.web.exposure.include=glimpse");

    private static GlimpseDescription described(ApplicationContext context) {
        return Objects.requireNonNull(context.getBean(GlimpseEndpoint.class).describe());
    }

    @Test
    void describesTheModelAndTheLibrarysDefaults() {
        runner.run(context -> {
            GlimpseDescription description = described(context);

            assertThat(description.model()).isEqualTo("tiny");
            assertThat(description.family()).isEqualTo("qwen2.5-vl");
            assertThat(description.device()).isEqualTo("cpu");
            assertThat(description.dtype()).isEqualTo("float32");
            assertThat(description.active()).isZero();
            assertThat(description.queued()).isZero();
            assertThat(description.pruning().steps())
                    .containsExactly(new Step("glimpse", "layer 4", null, null, 1, 0.5, List.of()));
            assertThat(Objects.requireNonNull(description.generation()).temperature())
                    .isZero();
            assertThat(Objects.requireNonNull(description.generation()).maxOutputTokens())
                    .isEqualTo(512);
            assertThat(description.memory().budget()).isPositive();
            assertThat(description.memory().reserved()).isZero();
            assertThat(description.limits().maxRunning()).isEqualTo(ServingOptions.DEFAULT_MAX_RUNNING);
            assertThat(description.limits().maxInputTokens())
                    .isEqualTo(description.limits().contextLength() - 1);
            assertThat(description.limits().maxImageBytes()).isEqualTo(ImageLimits.DEFAULT_MAX_BYTES);
            assertThat(description.cache())
                    .isEqualTo(new Cache(
                            0, 0, 0, 0, VisionCacheOptions.DEFAULT_MAX_BYTES, VisionCacheOptions.DEFAULT_TIME_TO_LIVE));
            assertThat(description.lastAnswer()).isNull();
            GlimpseDescription.Native library = Objects.requireNonNull(description.nativeLibrary());
            assertThat(library.libtorch()).startsWith("2.7.1");
            assertThat(library.device()).isEqualTo("cpu");
            assertThat(library.reason()).isNotEmpty();
        });
    }

    @Test
    void describesWhatThePropertiesSay() {
        runner.withPropertyValues(
                        "glimpse.pruning.schedule[0].strategy=glimpse",
                        "glimpse.pruning.schedule[0].at=layer last",
                        "glimpse.pruning.schedule[0].max-retention-ratio=0.5",
                        "glimpse.pruning.threshold=0.25",
                        "glimpse.pruning.anchors=br,tl",
                        "glimpse.generation.temperature=0.7",
                        "glimpse.limits.max-input-tokens=100",
                        "glimpse.limits.timeout=7s",
                        "glimpse.concurrency.max-queued=3")
                .run(context -> {
                    GlimpseDescription description = described(context);

                    assertThat(description.pruning().steps())
                            .containsExactly(
                                    new Step("glimpse", "layer last", null, 0.5, 1, 0.25, List.of("br", "tl")));
                    assertThat(Objects.requireNonNull(description.generation()).temperature())
                            .isEqualTo(0.7);
                    assertThat(description.limits().maxInputTokens()).isEqualTo(100);
                    assertThat(description.limits().timeout()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(description.limits().maxQueued()).isEqualTo(3);
                });
    }

    @Test
    void showsWhatThePropertiesSayInPlaceOfTheModulesNumbers() {
        runner.withPropertyValues("glimpse.pruning.max-retention-ratio=0.111", "glimpse.pruning.min-tokens=7")
                .run(context -> assertThat(described(context).pruning().steps())
                        .singleElement()
                        .satisfies(step -> {
                            assertThat(step.maxRetentionRatio()).isEqualTo(0.111);
                            assertThat(step.minTokens()).isEqualTo(7);
                            assertThat(step.threshold()).isNotNull();
                        }));
    }

    @Test
    void stillAnswersWhenTheEngineIsClosed() {
        runner.run(context -> {
            context.getBean(LoadedModel.class).close();

            assertThat(described(context).pruning().steps()).isEmpty();
        });
    }

    @Test
    void hasNoStepWherePruningIsOff() {
        runner.withPropertyValues("glimpse.pruning.enabled=false")
                .run(context -> assertThat(described(context).pruning().steps()).isEmpty());
    }

    @Test
    void hasNoStepWithoutAModule() {
        runner.withPropertyValues("glimpse.model.pruning-module=")
                .run(context -> assertThat(described(context).pruning().steps()).isEmpty());
    }

    @Test
    void remembersTheLastAnswer() {
        runner.withPropertyValues("glimpse.generation.max-output-tokens=2").run(context -> {
            ChatModel model = context.getBean(ChatModel.class);
            Instant start = Instant.now();
            model.chat("Hello");

            ChatResponse response = model.chat(TestPicture.question());

            GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
            assertThat(described(context).lastAnswer())
                    .asInstanceOf(InstanceOfAssertFactories.type(LastAnswer.class))
                    .satisfies(last -> {
                        assertThat(last.finishedAt()).isBetween(start, Instant.now());
                        assertThat(last.strategy()).isEqualTo("glimpse");
                        assertThat(last.at())
                                .isEqualTo(String.valueOf(metadata.pruning().at()));
                        assertThat(last.imageTokens())
                                .isEqualTo(metadata.pruning().imageTokens())
                                .isPositive();
                        assertThat(last.keptTokens())
                                .isEqualTo(metadata.pruning().keptTokens());
                        assertThat(last.timings()).isEqualTo(metadata.timings());
                    });
        });
    }

    @Test
    void tellsHowOftenAPictureWasRemembered() {
        runner.withPropertyValues(
                        "glimpse.generation.max-output-tokens=2",
                        "glimpse.cache.vision-features.max-size=64MB",
                        "glimpse.cache.vision-features.ttl=5m")
                .run(context -> {
                    ChatModel model = context.getBean(ChatModel.class);

                    model.chat(TestPicture.question("What is it?"));
                    model.chat(TestPicture.question("Which colour has it?"));

                    Cache cache = described(context).cache();
                    assertThat(cache.bytes()).isPositive();
                    assertThat(cache).isEqualTo(new Cache(1, 1, 1, cache.bytes(), 64L << 20, Duration.ofMinutes(5)));
                });
    }

    @Test
    void tellsWhatWasTakenOverOfPromptsBefore() {
        runner.withPropertyValues("glimpse.generation.max-output-tokens=2", "glimpse.cache.prefix.scope=application")
                .run(context -> {
                    ChatModel model = context.getBean(ChatModel.class);

                    model.chat(TestPicture.question("What is it?"));
                    model.chat(TestPicture.question("Which colour has it?"));

                    GlimpseDescription described = described(context);
                    GlimpseDescription.Prefixes prefixes = described.prefixes();
                    // The warm-up is a prompt too, and the first that was asked.
                    assertThat(prefixes.hits()).isPositive();
                    assertThat(prefixes.misses()).isEqualTo(1);
                    assertThat(prefixes.rowsReused()).isPositive();
                    assertThat(prefixes.prompts()).isPositive();
                    assertThat(prefixes.bytes()).isPositive();
                    assertThat(prefixes.scope()).isEqualTo("application");
                    assertThat(Objects.requireNonNull(described.lastAnswer()).reuse())
                            .isEqualTo("prefix");
                });
    }

    @Test
    void tellsNoPath() {
        runner.run(context -> assertThat(described(context).toString()).doesNotContain(TinyModel.QWEN.toString()));
    }

    @Test
    void isNotThereUnlessItIsExposed() {
        hidden.run(context -> assertThat(context)
                .hasSingleBean(ChatModel.class)
                .doesNotHaveBean(GlimpseEndpoint.class)
                .doesNotHaveBean(ModelListener.class));
    }

    @Test
    void isTurnedOffByItsAccess() {
        runner.withPropertyValues("management.endpoint.glimpse.access=NONE")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(GlimpseEndpoint.class));
    }

    @Test
    void isNotThereWithoutAnEngine() {
        runner.withPropertyValues("glimpse.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(GlimpseEndpoint.class));
    }

    @Test
    void isNotThereWithoutActuator() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseEndpointAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .withPropertyValues("management.endpoints.web.exposure.include=glimpse")
                .withClassLoader(new FilteredClassLoader(Endpoint.class))
                .run(context ->
                        assertThat(context).hasSingleBean(ChatModel.class).doesNotHaveBean("glimpseEndpoint"));
    }

    @Test
    void isNoListenerOfOtherProvidersModels() {
        runner.run(context ->
                assertThat(context).hasSingleBean(ModelListener.class).doesNotHaveBean(ChatModelListener.class));
    }
}
