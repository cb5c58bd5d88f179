package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A request did not finish within its time limit. The caller may try again or raise the limit.
 */
public final class DeadlineExceededException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public DeadlineExceededException(String message) {
        this(message, null);
    }

    /** Like {@link #DeadlineExceededException(String)}, with the failure that led here. */
    public DeadlineExceededException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
