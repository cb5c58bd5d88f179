package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.NonRetriableException;
import io.github.glimpse.DeviceLostException;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.generate.FaultyStrategy;
import io.github.glimpse.generate.LoadedModel;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class GlimpseHealthAutoConfigurationTest {

    private static final Map<String, Object> IDLE = details("ready");
    private static final Map<String, Object> CLOSED = details("closed");

    private static Map<String, Object> details(String state) {
        return Map.of(
                "state",
                state,
                "model",
                "qwen2_5_vl-tiny",
                "device",
                "cpu",
                "dtype",
                "float32",
                "active",
                0,
                "queue",
                0);
    }

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseHealthAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.device=cpu", "glimpse.dtype=float32");

    @Test
    void isUpWithDetailsOnceTheModelIsLoaded() {
        runner.run(context -> {
            Health health = context.getBean(HealthIndicator.class).health();

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).isEqualTo(IDLE);
        });
    }

    @Test
    void isOutOfServiceOnceTheEngineCloses() {
        runner.run(context -> {
            context.getBean(LoadedModel.class).close();

            Health health = context.getBean(HealthIndicator.class).health();

            assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health.getDetails()).isEqualTo(CLOSED);
        });
    }

    @Test
    void isDownForGoodOnceTheGpuIsLost() {
        runner.withUserConfiguration(LostGpu.class)
                .withPropertyValues("glimpse.pruning.strategy=" + FaultyStrategy.NAME)
                .run(context -> {
                    GlimpseChatModel model = context.getBean(GlimpseChatModel.class);
                    HealthIndicator indicator = context.getBean(HealthIndicator.class);

                    assertThatThrownBy(() -> model.chat(TestPicture.question()))
                            .isInstanceOf(NonRetriableException.class)
                            .hasMessageContaining("gone");

                    assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
                    assertThat(indicator.health().getDetails())
                            .containsEntry("state", "failed")
                            .containsEntry("action", "restart");
                });
    }

    @Test
    void speaksTheTypesOfSpringBoot4WhereThoseOf3AreMissing() {
        onBoot4().run(context -> {
            org.springframework.boot.health.contributor.HealthIndicator indicator =
                    context.getBean(org.springframework.boot.health.contributor.HealthIndicator.class);

            org.springframework.boot.health.contributor.Health up = indicator.health();
            context.getBean(LoadedModel.class).close();
            org.springframework.boot.health.contributor.Health closed = indicator.health();

            assertThat(up)
                    .isEqualTo(org.springframework.boot.health.contributor.Health.up()
                            .withDetails(IDLE)
                            .build());
            assertThat(closed)
                    .isEqualTo(org.springframework.boot.health.contributor.Health.outOfService()
                            .withDetails(CLOSED)
                            .build());
        });
    }

    @Test
    void hasOneIndicatorWhereTheTypesOfBothAreThere() {
        runner.run(context -> assertThat(context)
                .hasSingleBean(HealthIndicator.class)
                .doesNotHaveBean(org.springframework.boot.health.contributor.HealthIndicator.class));
    }

    @Test
    void isTurnedOffByItsProperty() {
        runner.withPropertyValues("management.health.glimpse.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(GlimpseHealthAutoConfiguration.INDICATOR));
        onBoot4().withPropertyValues("management.health.glimpse.enabled=false").run(context -> assertThat(context)
                .doesNotHaveBean(GlimpseHealthAutoConfiguration.INDICATOR));
    }

    @Test
    void leavesTheIndicatorOfItsNameToTheUser() {
        runner.withUserConfiguration(OwnIndicator.class).run(context -> assertThat(
                        context.getBean(HealthIndicator.class).health().getStatus())
                .isEqualTo(Status.UNKNOWN));
    }

    @Test
    void isNotThereWithoutAnEngine() {
        runner.withPropertyValues("glimpse.enabled=false")
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(GlimpseHealthAutoConfiguration.INDICATOR));
    }

    @Test
    void isNotThereWithoutActuator() {
        runner.withClassLoader(new FilteredClassLoader(
                        GlimpseHealthAutoConfiguration.BOOT3_TYPE, GlimpseHealthAutoConfiguration.BOOT4_TYPE))
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(GlimpseHealthAutoConfiguration.INDICATOR));
    }

    private ApplicationContextRunner onBoot4() {
        return runner.withClassLoader(new FilteredClassLoader(GlimpseHealthAutoConfiguration.BOOT3_TYPE));
    }

    @Configuration(proxyBeanMethods = false)
    static class LostGpu {

        @Bean
        FaultyStrategy faultyStrategy() {
            return new FaultyStrategy(evidence -> {
                throw new DeviceLostException("gone");
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnIndicator {

        @Bean
        HealthIndicator glimpseHealthIndicator() {
            return () -> Health.unknown().build();
        }
    }
}
