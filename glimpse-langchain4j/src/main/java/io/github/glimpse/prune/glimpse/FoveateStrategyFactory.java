package io.github.glimpse.prune.glimpse;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;

/**
 * Makes the strategy {@code foveate}: a coarse pass over a smaller copy of each picture, by the glimpse module of the model; what
 * it keeps there is then encoded at full size, at its true place, beside the small picture. Only for families whose grid
 * follows the picture.
 *
 * <p>Option: {@code scale} (0.5), side of the small picture / side of the picture. Threshold, cap, floor, anchors and {@code
 * retention-ratio} (here the share of the best cells) are about the cells of the small picture. No other step may stand in the
 * schedule.
 */
public final class FoveateStrategyFactory implements PruningStrategyFactory {

    private static final double DEFAULT_SCALE = 0.5;
    private static final double LEAST_SCALE = 0.1;
    private static final double MOST_SCALE = 0.9;

    /** For {@link java.util.ServiceLoader}. */
    public FoveateStrategyFactory() {}

    @Override
    public String name() {
        return "foveate";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        double scale = context.options().number("scale", DEFAULT_SCALE, LEAST_SCALE, MOST_SCALE);
        if (context.tower().fixedGrid()) {
            throw new UnsupportedModelException(
                    "The pruning strategy 'foveate' looks at a smaller picture first, and the"
                            + " vision tower of this model cuts every picture into the same number of tokens; use glimpse");
        }
        if (context.module() == null) {
            throw new UnsupportedModelException(
                    "The pruning strategy 'foveate' needs a glimpse module for its first look; set"
                            + " glimpse.model.pruning-module to its directory or use glimpse.pruning.strategy=down-sample");
        }
        GlimpseStrategy coarse =
                GlimpseStrategy.load(context, GlimpseCheckpoint.read(context.module(), context.config()));
        return new FoveateStrategy(coarse, scale);
    }
}
