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
    void takesValuesBehindABlank() {
        assertThat(QuickstartOptions.parse(
                        "--image", "cat.jpg", "--question=Asleep?", "--retention", "0.25", "--glimpse.device", "cpu"))
                .isEqualTo(new QuickstartOptions(
                        Path.of("cat.jpg"),
                        "Asleep?",
                        Path.of("target/overlay.png"),
                        List.of("--glimpse.device=cpu", "--glimpse.pruning.max-retention-ratio=0.25")));
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

    @ParameterizedTest
    @ValueSource(strings = {"fastv", "div-prune", "grid", "down-sample"})
    void tellsAStrategyThatIsToldACountHowManyStay(String strategy) {
        assertThat(QuickstartOptions.parse("--strategy=" + strategy, "--retention=0.1")
                        .properties())
                .containsExactly(
                        "--glimpse.pruning.retention-ratio=0.1",
                        "--glimpse.pruning.max-retention-ratio=0.1",
                        "--glimpse.pruning.strategy=" + strategy);
    }

    @Test
    void onlyCapsAStrategyThatSettlesItsCountOrHasOneAlready() {
        assertThat(QuickstartOptions.parse("--strategy=pixel-prune", "--retention=0.1")
                        .properties())
                .containsExactly("--glimpse.pruning.max-retention-ratio=0.1", "--glimpse.pruning.strategy=pixel-prune");
        assertThat(QuickstartOptions.parse(
                                "--strategy=fastv", "--retention=0.1", "--glimpse.pruning.retention-ratio=0.3")
                        .properties())
                .containsExactly(
                        "--glimpse.pruning.retention-ratio=0.3",
                        "--glimpse.pruning.max-retention-ratio=0.1",
                        "--glimpse.pruning.strategy=fastv");
    }

    @Test
    void asksForTheCountOfAStrategyThatIsToldOne() {
        assertThatThrownBy(() -> QuickstartOptions.parse("--strategy=fastv"))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining("--strategy=fastv keeps as many image tokens as it is told")
                .hasMessageContaining("--retention=0.25");
        assertThat(QuickstartOptions.parse("--strategy=fastv", "--glimpse.pruning.options.mass=0.9")
                        .properties())
                .hasSize(2);
    }

    @Test
    void refusesARetentionWhereEverythingIsKept() {
        assertThatThrownBy(() -> QuickstartOptions.parse("--strategy=none", "--retention=0.1"))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining("--strategy=none keeps every image token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--model=a --glimpse.model.location=b",
                "--module=a --glimpse.model.pruning-module=b",
                "--strategy=glimpse --glimpse.pruning.strategy=none",
                "--retention=0.1 --glimpse.pruning.max-retention-ratio=0.2"
            })
    void refusesAnOptionBesideItsProperty(String arguments) {
        assertThatThrownBy(() -> QuickstartOptions.parse(arguments.split(" ")))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining("say the same; leave one of both out");
    }

    @Test
    void passesPropertiesOn() {
        assertThat(QuickstartOptions.parse("--glimpse.model.location=qwen", "--glimpse.device=cpu")
                        .properties())
                .containsExactly("--glimpse.model.location=qwen", "--glimpse.device=cpu");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--picture=a.png",
                "image=a.png",
                "--image",
                "--image=",
                "--image --model=a",
                "is",
                "--retention=lots"
            })
    void namesAnOptionThatIsWrong(String argument) {
        assertThatThrownBy(() -> QuickstartOptions.parse(argument.split(" ")))
                .isInstanceOf(QuickstartException.class)
                .hasMessageContaining(argument.replaceAll("[= ].*", ""))
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
