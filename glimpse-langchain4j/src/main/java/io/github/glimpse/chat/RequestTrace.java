package io.github.glimpse.chat;

import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.Stage;
import java.util.List;

/**
 * One request on its way. Exactly one of {@link #onAnswer}, {@link #onError} and {@link #onCancelled} ends it, on the thread of
 * the caller or on the one that generates; what comes later is to be ignored. Whatever is thrown here is logged and does the
 * request no harm.
 */
public interface RequestTrace {

    /** Follows nothing. */
    RequestTrace NONE = new RequestTrace() {};

    /** What is tied to a thread until it is closed on that thread. */
    @FunctionalInterface
    interface Binding {

        /** Unties it. */
        void close();
    }

    /** Ties the request to the calling thread: the one that generates, and makes a streaming handler's callbacks. */
    default Binding bind() {
        return () -> {};
    }

    /** A stage begins, and with it the one before has ended. */
    default void onStage(Stage stage) {}

    /** The answer, which {@link #onAnswer} tells next, calls tools. */
    default void onCalls(List<ToolCallReport> calls) {}

    /** The request is answered. */
    default void onAnswer(GenerationResult result) {}

    /** The request is refused or has failed; the error is the one that its caller gets. */
    default void onError(Throwable error) {}

    /** Its caller did not want it any more: a stream was cancelled, or the waiting thread interrupted. */
    default void onCancelled() {}
}
