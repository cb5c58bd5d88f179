package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * Too many requests run and wait already. The caller may try again later.
 */
public final class EngineBusyException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public EngineBusyException(String message) {
        this(message, null);
    }

    /** Like {@link #EngineBusyException(String)}, with the failure that led here. */
    public EngineBusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
