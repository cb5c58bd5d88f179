package io.github.glimpse.train;

import io.github.glimpse.GlimpseException;
import org.jspecify.annotations.Nullable;

/** A line or a file of the training data is missing, damaged or contradicts itself. */
public final class TrainingDataException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    TrainingDataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
