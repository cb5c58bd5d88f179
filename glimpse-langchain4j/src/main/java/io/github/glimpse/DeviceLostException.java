package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * A GPU has failed in a way that leaves nothing usable of it in this process. Only a new process can go on.
 */
public final class DeviceLostException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public DeviceLostException(String message) {
        this(message, null);
    }

    /** Like {@link #DeviceLostException(String)}, with the failure that led here. */
    public DeviceLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
