package io.github.glimpse.spring.openai;

import java.util.Optional;

/**
 * Why a model did not answer, for a client.
 *
 * @param status of HTTP
 * @param message without anything that is for the operator only
 * @param mayTryAgain whether the same request may work in a while
 */
public record Refusal(int status, String message, boolean mayTryAgain) {

    /** Tells what an error is to a client. */
    @FunctionalInterface
    public interface Lookup {

        /** Empty for what the client can do nothing about. */
        Optional<Refusal> of(Throwable error);
    }
}
