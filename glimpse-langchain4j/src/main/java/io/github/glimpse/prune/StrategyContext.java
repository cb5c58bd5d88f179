package io.github.glimpse.prune;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.nn.TowerAbilities;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The model that a strategy is made for, and what the user wants of it.
 *
 * @param runtime the native library
 * @param dimensions numbers of the model
 * @param config its {@code config.json}
 * @param module directory of the glimpse module, or null if there is none
 * @param tower what the vision tower can tell
 * @param options the strategy's own options
 */
public record StrategyContext(
        TorchRuntime runtime,
        ModelDimensions dimensions,
        ModelConfig config,
        @Nullable Path module,
        TowerAbilities tower,
        StrategyOptions options) {

    /** The same model with other options. */
    public StrategyContext withOptions(StrategyOptions others) {
        return new StrategyContext(runtime, dimensions, config, module, tower, others);
    }
}
