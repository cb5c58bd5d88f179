package io.github.glimpse.train;

import io.github.glimpse.GlimpseException;

/** A loss or gradient stopped being a number. The last checkpoint is from before. */
public final class TrainingDivergedException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    private final long step;

    TrainingDivergedException(String message, long step) {
        super(message, null);
        this.step = step;
    }

    /** The step in which it happened, 1 for the first. */
    public long step() {
        return step;
    }
}
