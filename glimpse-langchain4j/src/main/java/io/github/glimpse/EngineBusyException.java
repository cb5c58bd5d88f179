package io.github.glimpse;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Too many requests run and wait already. The caller may try again later.
 */
public final class EngineBusyException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Duration retryAfter;

    /**
     * Makes the error of a full queue.
     *
     * @param retryAfter when there will be room, by what requests have taken so far; null if nobody knows
     */
    public EngineBusyException(String message, @Nullable Duration retryAfter) {
        super(message, null);
        this.retryAfter = retryAfter;
    }

    /** When to try again, by what requests have taken so far; empty if that is not known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Makes the error with a message that names the thing, the value, the limit and the next step. */
    public EngineBusyException(String message) {
        this(message, (Throwable) null);
    }

    /** Like {@link #EngineBusyException(String)}, with the failure that led here. */
    public EngineBusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.retryAfter = null;
    }
}
