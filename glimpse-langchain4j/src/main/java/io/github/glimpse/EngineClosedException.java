package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * The engine was closed; it answers no more.
 */
public final class EngineClosedException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public EngineClosedException(String message) {
        this(message, null);
    }

    /** Like {@link #EngineClosedException(String)}, with the failure that led here. */
    public EngineClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
