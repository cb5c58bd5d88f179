package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PruningOptionsTest {

    private static final PruningStep STEP =
            PruningStep.builder("glimpse").at("layer 3").threshold(0.4).build();

    @Test
    void aRequestWinsOverTheModelValueByValue() {
        PruningOptions model = PruningOptions.builder()
                .strategy("glimpse")
                .threshold(0.3)
                .minTokens(4)
                .build();
        PruningOptions merged = PruningOptions.builder().threshold(0.7).build().orElse(model);
        assertThat(merged.strategy()).isEqualTo("glimpse");
        assertThat(merged.threshold()).isEqualTo(0.7);
        assertThat(merged.minTokens()).isEqualTo(4);
    }

    @Test
    void aRequestWithItsOwnStrategyDoesNotInheritTheSchedule() {
        PruningOptions model = PruningOptions.builder().schedule(List.of(STEP)).build();
        assertThat(PruningOptions.builder()
                        .strategy("none")
                        .build()
                        .orElse(model)
                        .schedule())
                .isEmpty();
        assertThat(PruningOptions.defaults().orElse(model).schedule()).containsExactly(STEP);
    }

    @Test
    void aStepsOwnNumbersWinOverTheCommonOnes() {
        PruningOptions options = PruningOptions.builder()
                .threshold(0.9)
                .maxRetentionRatio(0.2)
                .anchors(Set.of(Anchor.TOP_LEFT))
                .build();
        assertThat(options.budget(STEP))
                .isEqualTo(new TokenBudget(new TokenBounds(null, 0.4, 0.2, null, Set.of(Anchor.TOP_LEFT)), null));
    }

    @Test
    void numbersOutOfTheirRangeAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> PruningOptions.builder().maxRetentionRatio(0.0).build())
                .withMessageContaining("max-retention-ratio is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PruningOptions.builder().threshold(Double.NaN).build())
                .withMessageContaining("threshold is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PruningOptions.builder().minTokens(-1).build())
                .withMessageContaining("min-tokens is -1");
    }
}
