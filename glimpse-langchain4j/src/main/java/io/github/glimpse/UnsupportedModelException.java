package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A model, module or option is of a kind that Glimpse does not know. The operator has to choose another one.
 */
public final class UnsupportedModelException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public UnsupportedModelException(String message) {
        this(message, null);
    }

    /** Like {@link #UnsupportedModelException(String)}, with the failure that led here. */
    public UnsupportedModelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
