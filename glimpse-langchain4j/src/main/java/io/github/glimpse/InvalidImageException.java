package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * An image cannot be read or is over a limit. The caller has to send another one.
 */
public sealed class InvalidImageException extends GlimpseException permits ImageTooLargeException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public InvalidImageException(String message) {
        this(message, null);
    }

    /** Like {@link #InvalidImageException(String)}, with the failure that led here. */
    public InvalidImageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
