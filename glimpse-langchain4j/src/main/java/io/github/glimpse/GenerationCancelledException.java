package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * The caller cancelled the request, or the engine was closed while it ran.
 */
public final class GenerationCancelledException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public GenerationCancelledException(String message) {
        this(message, null);
    }

    /** Like {@link #GenerationCancelledException(String)}, with the failure that led here. */
    public GenerationCancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
