package io.github.glimpse.chat;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.ModelLoadException;
import java.util.Locale;

/** How a request to a chat model ended. Each ends in exactly one way, which is what its caller got. */
public enum RequestOutcome {
    /** The caller has the answer. */
    ANSWERED,
    /** Refused: damaged or oversized picture, prompt too long, a value out of its range. */
    INVALID,
    /** Refused: something that this model does not do. */
    UNSUPPORTED,
    /** Refused: too many requests wait. */
    QUEUE_FULL,
    /** Refused or ended, because the engine shuts down or is closed. */
    CLOSED,
    /** Refused: the model could not be loaded. */
    NOT_LOADED,
    /** The time limit passed. */
    TIMED_OUT,
    /** The caller did not want it any more: a stream was cancelled, or the waiting thread interrupted. */
    CANCELLED,
    /** The engine failed: native library, memory, anything unforeseen. */
    FAILED;

    /** The outcome of a request whose caller gets this error. */
    public static RequestOutcome of(Throwable error) {
        Throwable cause = error.getCause();
        if (cause instanceof EngineClosedException) {
            return CLOSED;
        }
        if (cause instanceof ModelLoadException) {
            return NOT_LOADED;
        }
        if (cause instanceof GenerationCancelledException || cause instanceof InterruptedException) {
            return CANCELLED;
        }
        if (error instanceof RateLimitException) {
            return QUEUE_FULL;
        }
        if (error instanceof TimeoutException) {
            return TIMED_OUT;
        }
        if (error instanceof UnsupportedFeatureException) {
            return UNSUPPORTED;
        }
        return error instanceof InvalidRequestException ? INVALID : FAILED;
    }

    /** Its name in meters: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
