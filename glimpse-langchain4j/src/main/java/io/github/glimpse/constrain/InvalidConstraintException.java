package io.github.glimpse.constrain;

import io.github.glimpse.GlimpseException;
import org.jspecify.annotations.Nullable;

/** A constraint cannot be kept: it is no valid text, nothing satisfies it, or it is beyond a limit. */
public final class InvalidConstraintException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public InvalidConstraintException(String message) {
        this(message, null);
    }

    /** Like {@link #InvalidConstraintException(String)}, with the failure that led here. */
    public InvalidConstraintException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
