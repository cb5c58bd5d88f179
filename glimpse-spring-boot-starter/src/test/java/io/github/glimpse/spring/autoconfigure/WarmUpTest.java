package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.LoadedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class WarmUpTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.model.name=tiny");

    @Test
    void answersOnceBeforeTheFirstRequest(CapturedOutput output) {
        runner.run(context -> {
            assertThat(output).containsOnlyOnce("Warmed tiny up in ");
            assertThat(context.getBean(LoadedModel.class).activeRequests()).isZero();
        });
    }

    @Test
    void warmsLlavaUp(CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.LLAVA))
                .run(context -> assertThat(output).containsOnlyOnce("Warmed llava-1_5-tiny up in "));
    }

    @Test
    void isTurnedOffByItsProperty(CapturedOutput output) {
        runner.withPropertyValues("glimpse.warm-up=false").run(context -> {
            assertThat(context).hasSingleBean(LoadedModel.class);
            assertThat(output).doesNotContain("Warmed");
        });
    }

    @Test
    void leavesTheEngineThereWhereLimitsRefuseIt(CapturedOutput output) {
        runner.withPropertyValues("glimpse.limits.max-input-tokens=1").run(context -> {
            assertThat(context).hasSingleBean(LoadedModel.class);
            assertThat(output).contains("tiny is loaded, but its warm-up was refused: The prompt has ");
        });
    }
}
