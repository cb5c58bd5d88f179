package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.EngineClosedException;
import java.util.Locale;
import java.util.Optional;

/** Why a request was refused: nothing was wrong with the engine. */
enum Rejection {
    QUEUE_FULL,
    CLOSED,
    UNSUPPORTED,
    INVALID;

    /** The reason, empty for a request that failed otherwise: out of time, interrupted, out of memory. */
    static Optional<Rejection> of(Throwable error) {
        if (error instanceof RateLimitException) {
            return Optional.of(QUEUE_FULL);
        }
        if (error.getCause() instanceof EngineClosedException) {
            return Optional.of(CLOSED);
        }
        if (error instanceof UnsupportedFeatureException) {
            return Optional.of(UNSUPPORTED);
        }
        if (error instanceof InvalidRequestException) {
            return Optional.of(INVALID);
        }
        return Optional.empty();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
