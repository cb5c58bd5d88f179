package io.github.glimpse.spring.openai;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a model did not answer, for a client.
 *
 * @param status of HTTP
 * @param message without anything that is for the operator only
 * @param code of OpenAI for it; null if there is none
 * @param retrySeconds after which the same request may work; 0 if it may not
 */
public record Refusal(int status, String message, @Nullable String code, long retrySeconds) {

    /** Tells what an error is to a client. */
    @FunctionalInterface
    public interface Lookup {

        /** Empty for what the client can do nothing about. */
        Optional<Refusal> of(Throwable error);
    }
}
