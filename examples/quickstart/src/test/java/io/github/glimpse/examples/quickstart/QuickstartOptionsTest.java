package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickstartOptionsTest {

    @Test
    void asksTheEmbeddedModelForTheTotalOfTheReceiptWhenNothingIsSaid() {
        assertThat(QuickstartOptions.parse())
                .isEqualTo(new QuickstartOptions(null, "What is the total?", Path.of("target/overlay.png"), List.of()));
    }

    @Test
    void takesPictureQuestionAndOverlay() {
        QuickstartOptions options =
                QuickstartOptions.parse("--image=my cat.jpg", "--question=Is it = asleep?", "--overlay=out/cat.png");

        assertThat(options.image()).isEqualTo(Path.of("my cat.jpg"));
        assertThat(options.question()).isEqualTo("Is it = asleep?");
        assertThat(options.overlay()).isEqualTo(Path.of("out/cat.png"));
    }

    @Test
    void takesModelAndModule() {
        assertThat(QuickstartOptions.parse("--module=vip", "--model=qwen").properties())
                .containsExactly("--glimpse.model.location=qwen", "--glimpse.model.pruning-module=vip");
    }

    @Test
    void takesRetentionAndStrategy() {
        assertThat(QuickstartOptions.parse("--model=qwen", "--retention=0.25", "--strategy=glimpse")
                        .properties())
                .containsExactly(
                        "--glimpse.model.location=qwen",
                        "--glimpse.pruning.max-retention-ratio=0.25",
                        "--glimpse.pruning.strategy=glimpse");
    }

    @Test
    void passesPropertiesOn() {
        assertThat(QuickstartOptions.parse("--glimpse.model.location=qwen", "--glimpse.device=cpu")
                        .properties())
                .containsExactly("--glimpse.model.location=qwen", "--glimpse.device=cpu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--picture=a.png", "image=a.png", "--image", "--image=", "-h", "is", "--retention=lots"})
    void namesAnOptionThatIsWrong(String argument) {
        assertThatThrownBy(() -> QuickstartOptions.parse(argument))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining(argument.replaceAll("=.*", ""))
                .hasMessageContaining("--overlay");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0.5", "1.01", "NaN", "25 %"})
    void refusesARetentionThatIsNoShare(String value) {
        assertThatThrownBy(() -> QuickstartOptions.parse("--retention=" + value))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining("--retention is '" + value + "'");
    }
}
