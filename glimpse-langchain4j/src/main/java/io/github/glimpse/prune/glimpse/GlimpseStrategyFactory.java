package io.github.glimpse.prune.glimpse;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;

/** Makes the strategy {@code glimpse} from the module directory of the model. */
public final class GlimpseStrategyFactory implements PruningStrategyFactory {

    /** For {@link java.util.ServiceLoader}. */
    public GlimpseStrategyFactory() {}

    @Override
    public String name() {
        return PruningOptions.GLIMPSE;
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        if (context.module() == null) {
            throw new UnsupportedModelException(
                    "The pruning strategy 'glimpse' needs a glimpse module; set glimpse.model.pruning-module to its directory"
                            + " or use glimpse.pruning.strategy=none");
        }
        return GlimpseStrategy.load(context, GlimpseCheckpoint.read(context.module(), context.config()));
    }
}
