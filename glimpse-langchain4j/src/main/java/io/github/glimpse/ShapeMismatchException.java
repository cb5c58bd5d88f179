package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A tensor does not have the shape that the configuration promises. The operator has to check which files belong together.
 */
public final class ShapeMismatchException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public ShapeMismatchException(String message) {
        this(message, null);
    }

    /** Like {@link #ShapeMismatchException(String)}, with the failure that led here. */
    public ShapeMismatchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
