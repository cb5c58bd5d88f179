package io.github.glimpse.answer;

import org.jspecify.annotations.Nullable;

/** Receiver of the events of an answer, in the order of the answer. Called on the thread that feeds the reader. */
@FunctionalInterface
public interface AnswerListener {

    /** A piece of the text, never empty. */
    void text(String piece);

    /** A piece of the thought, never empty. */
    default void thinking(String piece) {}

    /**
     * A piece of the arguments of a call.
     *
     * @param index index of the call in the answer, from 0
     * @param id id written by the model, or null
     */
    default void callPiece(int index, @Nullable String id, String name, String piece) {}

    /** A complete call; its pieces add up to its arguments. */
    default void call(int index, ReadCall call) {}

    /** A block that is reported as text because it names a tool which the request does not list. */
    default void unlistedTool(String name) {}
}
