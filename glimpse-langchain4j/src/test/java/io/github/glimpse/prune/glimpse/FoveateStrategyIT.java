package io.github.glimpse.prune.glimpse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategyContract;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TwoScaleStrategy;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The two-scale glimpse with the tiny module keeps the contract of strategies, where it looks. */
class FoveateStrategyIT extends PruningStrategyContract {

    @Override
    protected PruningStrategyFactory factory() {
        return new FoveateStrategyFactory();
    }

    @Override
    protected StrategyContext context(TorchRuntime torch) {
        return new GlimpseStrategyIT()
                .context(torch)
                .withOptions(StrategyOptions.none(factory().name()));
    }

    private TwoScaleStrategy make(TorchRuntime torch, Map<String, String> options) {
        StrategyContext context = context(torch).withOptions(StrategyOptions.of("foveate", options));
        return (TwoScaleStrategy) factory().create(context);
    }

    @Test
    void looksWithTheModuleAndHalvesTheSidesUnlessToldOtherwise() {
        try (TorchRuntime torch =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TwoScaleStrategy plain = make(torch, Map.of());
                TwoScaleStrategy finer = make(torch, Map.of("scale", "0.75"))) {
            assertThat(plain.scale()).isEqualTo(0.5);
            assertThat(finer.scale()).isEqualTo(0.75);
            assertThat(plain.defaultPoint()).hasToString("pixels");
            assertThat(plain.coarsePoint()).hasToString("layer 4");
            assertThat(plain.needs(plain.defaultPoint())).isEmpty();
            assertThat(plain.needs(plain.coarsePoint()))
                    .isEqualTo(plain.needs())
                    .isNotEmpty();
            assertThatThrownBy(() -> plain.checkPoint(PruningPoint.vision()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'foveate' cannot cut at 'vision'")
                    .hasMessageContaining("use pixels");
        }
    }

    @Test
    void aWantedShareIsACapWithoutAThreshold() {
        try (TorchRuntime torch =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TwoScaleStrategy strategy = make(torch, Map.of())) {
            TokenBudget share = new TokenBudget(new TokenBounds(0.2, 0.7, 0.5, 3, Set.of(Anchor.TOP_LEFT)), null);

            TokenBudget settled = strategy.settled(share);

            assertThat(settled.threshold()).isZero();
            assertThat(settled.maxRetentionRatio()).isEqualTo(0.2);
            assertThat(settled.minTokens()).isEqualTo(3);
            assertThat(settled.anchors()).containsExactly(Anchor.TOP_LEFT);
            assertThat(strategy.settled(new TokenBudget(0.7, 0.5, 3, Set.of())).threshold())
                    .isEqualTo(0.7);
            assertThat(strategy.settled(new TokenBudget(new TokenBounds(0.2, null, 0.1, null, null), null))
                            .maxRetentionRatio())
                    .isEqualTo(0.1);
        }
    }
}
