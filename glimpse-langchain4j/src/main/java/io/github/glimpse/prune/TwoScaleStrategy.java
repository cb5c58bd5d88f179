package io.github.glimpse.prune;

/**
 * A strategy that first runs over a smaller copy of each picture (the coarse pass), and by what it sees there chooses the parts that are encoded
 * at full size. It stands at {@code pixels}; what it chooses among are the cells of the small pictures, between layers of the
 * decoder: there {@link #select} is called, once for all images, and {@link #needs(PruningPoint)} and {@link #probeToken()}
 * are about that pass.
 */
public interface TwoScaleStrategy extends PruningStrategy {

    /** Side of the small picture / side of the picture, above 0 and below 1. */
    double scale();

    /** Where the coarse pass ends and {@link #select} is called, inside the decoder. */
    PruningPoint coarsePoint();
}
