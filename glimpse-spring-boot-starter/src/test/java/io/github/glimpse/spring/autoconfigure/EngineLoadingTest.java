package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.NativeStandIn;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.serve.EngineState;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** {@code glimpse.load}, in applications that are started as users start theirs. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class EngineLoadingTest {

    @Test
    void inTheBackgroundTheApplicationStartsAtOnceAndTakesNoTrafficUntilTheModelIsThere() throws Exception {
        try (ConfigurableApplicationContext context = start(Slow.class, "glimpse.load=background")) {
            ApplicationAvailability availability = context.getBean(ApplicationAvailability.class);
            LoadedModel engine = context.getBean(LoadedModel.class);
            assertThat(engine.state()).isEqualTo(EngineState.LOADING);
            assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
            assertThat(availability.getLivenessState()).isEqualTo(LivenessState.CORRECT);
            assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health(context).getDetails()).containsEntry("state", "loading");
            assertThat(Objects.requireNonNull(
                                    context.getBean(GlimpseEndpoint.class).describe())
                            .model())
                    .isEqualTo("qwen2_5_vl-tiny");
            ChatModel model = context.getBean(ChatModel.class);
            CompletableFuture<String> early = CompletableFuture.supplyAsync(() -> model.chat("Hello"));
            until(() -> engine.activeRequests() == 1);

            context.getBean(SlowFamily.class).disk.countDown();

            assertThat(early.get(60, TimeUnit.SECONDS)).isNotNull();
            until(() -> availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC);
            assertThat(health(context).getStatus()).isEqualTo(Status.UP);
            assertThat(engine.options().model()).isEqualTo(TinyModel.QWEN.resolve("model"));
        }
    }

    @Test
    void inTheBackgroundItIsReadyOnlyAfterTheWarmUp(CapturedOutput output) throws Exception {
        try (ConfigurableApplicationContext context = start(Plain.class, "glimpse.load=background")) {
            ApplicationAvailability availability = context.getBean(ApplicationAvailability.class);

            until(() -> availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC);

            assertThat(output).contains("Warmed qwen2_5_vl-tiny up in ");
        }
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void inTheBackgroundRequestsDoNotWaitUntilWeightsArePacked() throws Exception {
        Path model = TinyModel.QWEN.resolveSibling("qwen2_5_vl-bfloat16").resolve("model");
        Semaphore places = new Semaphore(0);
        try (NativeStandIn hold = NativeStandIn.holding(
                        call -> Thread.currentThread().getName().equals("glimpse-pack"), places);
                ConfigurableApplicationContext context = start(
                        Plain.class,
                        "glimpse.load=background",
                        "glimpse.model.location=" + model,
                        "glimpse.model.module=",
                        "glimpse.pruning.enabled=false")) {
            LoadedModel engine = context.getBean(LoadedModel.class);
            until(() -> engine.state() == EngineState.READY);
            try {
                assertThat(context.getBean(ChatModel.class).chat("Hello")).isNotNull();
                assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                assertThat(health(context).getDetails()).containsEntry("packing", "0 %");
                assertThat(described(context).packing()).isZero();
                assertThat(hold.freed()).isZero();
            } finally {
                // The context waits for the weight that is being packed when it is closed.
                places.release(1 << 20);
            }
            until(() -> engine.packing().isDone());

            assertThat(health(context).getDetails()).doesNotContainKey("packing");
            assertThat(described(context).packing()).isEqualTo(1);
        }
    }

    @Test
    void inTheBackgroundAFailureIsLoggedInTheWordsOfAFailedStart(@TempDir Path empty, CapturedOutput output)
            throws Exception {
        try (ConfigurableApplicationContext context =
                start(Plain.class, "glimpse.load=background", "glimpse.model.location=" + empty)) {
            LoadedModel engine = context.getBean(LoadedModel.class);
            until(() -> engine.state() == EngineState.LOAD_FAILED);
            until(() -> output.getOut().contains("Action:"));

            assertThat(output)
                    .contains("could not be loaded; requests are refused")
                    .contains("config.json")
                    .contains("Check the files of these directories")
                    .contains("glimpse.model.location = " + empty);
            assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
            assertThat(health(context).getDetails()).containsEntry("state", "load-failed");
            assertThat(context.getBean(ApplicationAvailability.class).getReadinessState())
                    .isEqualTo(ReadinessState.REFUSING_TRAFFIC);
            assertThatThrownBy(() -> context.getBean(ChatModel.class).chat("Hello"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("config.json")
                    .hasRootCauseInstanceOf(ModelFilesException.class);
            assertThatThrownBy(() -> context.getBean(StreamingChatModel.class).chat("Hello", null))
                    .isInstanceOf(ModelNotFoundException.class);
        }
    }

    @Test
    void inTheBackgroundAnImpossiblePlaceNamesItsProperty(CapturedOutput output) throws Exception {
        try (ConfigurableApplicationContext context = start(
                Plain.class,
                "glimpse.load=background",
                "glimpse.pruning.schedule[0].at=layer 99",
                "glimpse.pruning.schedule[0].strategy=glimpse")) {
            until(() -> output.getOut().contains("Action:"));

            assertThat(output).contains("glimpse.pruning: The point 'layer 99'");
            assertThat(context.isActive()).isTrue();
        }
    }

    @Test
    void aWrongPathStopsTheStartWhateverTheTimeToLoad() {
        for (GlimpseProperties.Load load : GlimpseProperties.Load.values()) {
            assertThatThrownBy(
                            () -> start(Plain.class, "glimpse.load=" + load, "glimpse.model.location=/no/such/folder"))
                    .hasStackTraceContaining("glimpse.model.location: There is no directory")
                    .hasStackTraceContaining(ModelNotFoundException.class.getName());
        }
    }

    @Test
    void missingFilesAreAModelThatIsNotFound(@TempDir Path empty) {
        assertThatThrownBy(() -> start(Plain.class, "glimpse.model.location=" + empty))
                .hasStackTraceContaining("Caused by: " + ModelNotFoundException.class.getName())
                .hasRootCauseInstanceOf(ModelFilesException.class);
    }

    @Test
    void lazilyTheFirstRequestLoads() throws Exception {
        try (ConfigurableApplicationContext context = start(Plain.class, "glimpse.load=lazy")) {
            LoadedModel engine = context.getBean(LoadedModel.class);
            assertThat(engine.state()).isEqualTo(EngineState.UNLOADED);
            assertThat(health(context).getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(context.getBean(ApplicationAvailability.class).getReadinessState())
                    .isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);

            assertThat(context.getBean(ChatModel.class).chat("Hello")).isNotNull();

            assertThat(engine.state()).isEqualTo(EngineState.READY);
            assertThat(health(context).getStatus()).isEqualTo(Status.UP);
            assertThat(engine.options().module()).isEqualTo(TinyModel.QWEN.resolve("glimpse"));
        }
    }

    @Test
    void aModelOnAHubIsNotAskedForBeforeItIsNeeded() {
        try (ConfigurableApplicationContext context =
                start(Plain.class, "glimpse.load=lazy", "glimpse.model.location=hf:no-such-owner/no-such-name")) {
            LoadedModel engine = context.getBean(LoadedModel.class);

            assertThat(engine.state()).isEqualTo(EngineState.UNLOADED);
            assertThat(engine.name()).isEqualTo("no-such-owner/no-such-name");
        }
    }

    @Test
    void closingWhileItLoadsDoesNotWaitForReadiness() throws Exception {
        ConfigurableApplicationContext context = start(Slow.class, "glimpse.load=background");
        LoadedModel engine = context.getBean(LoadedModel.class);
        SlowFamily family = context.getBean(SlowFamily.class);
        Thread closing = new Thread(context::close);
        closing.start();
        until(engine::isClosed);

        family.disk.countDown();
        closing.join();

        assertThat(context.isActive()).isFalse();
        assertThat(engine.state()).isEqualTo(EngineState.CLOSED);
    }

    private static GlimpseDescription described(ConfigurableApplicationContext context) {
        return Objects.requireNonNull(context.getBean(GlimpseEndpoint.class).describe());
    }

    private static Health health(ConfigurableApplicationContext context) {
        return context.getBean(GlimpseHealthAutoConfiguration.INDICATOR, HealthIndicator.class)
                .health();
    }

    private static ConfigurableApplicationContext start(Class<?> application, String... values) {
        return new SpringApplicationBuilder(application)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "management.endpoints.web.exposure.include=*",
                        "glimpse.generation.max-output-tokens=4")
                .properties(TinyModel.properties(TinyModel.QWEN))
                .run(Stream.of(values).map(value -> "--" + value).toArray(String[]::new));
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    @Configuration(proxyBeanMethods = false)
    @Import(Plain.class)
    static class Slow {

        @Bean
        SlowFamily family() {
            return new SlowFamily();
        }
    }
}
