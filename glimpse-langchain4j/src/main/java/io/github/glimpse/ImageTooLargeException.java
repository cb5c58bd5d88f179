package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * An image is over a limit of size, or needs more memory than there is. The caller has to send a smaller one.
 */
public final class ImageTooLargeException extends InvalidImageException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public ImageTooLargeException(String message) {
        this(message, null);
    }

    /** Like {@link #ImageTooLargeException(String)}, with the failure that led here. */
    public ImageTooLargeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
