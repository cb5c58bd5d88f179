package io.github.glimpse.prune;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.ModelDimensions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The model that a strategy is made for.
 *
 * @param runtime the native library
 * @param dimensions numbers of the model
 * @param config its {@code config.json}
 * @param module directory of the glimpse module, or null if there is none
 */
public record StrategyContext(
        TorchRuntime runtime,
        ModelDimensions dimensions,
        ModelConfig config,
        @Nullable Path module) {}
