package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything that Glimpse throws on purpose: bad input or a bad set-up. Our own bugs are
 * {@link IllegalStateException} or {@link AssertionError} instead.
 *
 * <p>A message names the thing, the value, the limit and the next step. It never holds prompt text or image bytes.
 */
public abstract class GlimpseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    protected GlimpseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
