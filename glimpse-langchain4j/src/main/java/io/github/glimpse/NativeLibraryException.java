package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * The native tensor library is missing, does not fit, or failed. The operator has to follow the message's next step.
 */
public final class NativeLibraryException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public NativeLibraryException(String message) {
        this(message, null);
    }

    /** Like {@link #NativeLibraryException(String)}, with the failure that led here. */
    public NativeLibraryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
