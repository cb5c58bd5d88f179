package io.github.glimpse.examples.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line. */
class PlaygroundOptionsTest {

    @Test
    void shortOptionsAreProperties() {
        assertThat(PlaygroundOptions.properties(
                        "--port=0",
                        "--model=/models/a",
                        "--module=/modules/b",
                        "--retention=0.1",
                        "--glimpse.device=cpu"))
                .containsExactlyInAnyOrder(
                        "--server.port=0",
                        "--glimpse.model.location=/models/a",
                        "--glimpse.model.pruning-module=/modules/b",
                        "--glimpse.pruning.max-retention-ratio=0.1",
                        "--glimpse.device=cpu");
    }

    @Test
    void aStrategyThatIsToldACountGetsTheRetentionAsItsCountToo() {
        assertThat(PlaygroundOptions.properties("--strategy=fastv", "--retention=0.25"))
                .contains("--glimpse.pruning.retention-ratio=0.25", "--glimpse.pruning.max-retention-ratio=0.25");
        assertThat(PlaygroundOptions.properties("--strategy=glimpse", "--retention=0.25"))
                .doesNotContain("--glimpse.pruning.retention-ratio=0.25");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "--model", "--model=", "--images=x"})
    void whatIsNoOptionIsToldWithThoseThatThereAre(String argument) {
        assertThatThrownBy(() -> PlaygroundOptions.properties(argument))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--retention");
    }
}
