package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A prompt has more tokens than the model's context or the configured limit. The caller has to shorten it.
 */
public final class PromptTooLongException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public PromptTooLongException(String message) {
        this(message, null);
    }

    /** Like {@link #PromptTooLongException(String)}, with the failure that led here. */
    public PromptTooLongException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
