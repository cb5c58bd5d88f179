package io.github.glimpse.generate;

/**
 * Hears of an answer while it is made. Called on the thread that generates, and the time that a call takes is the request's. A
 * call that has not returned when that time is over loses the request its place, and is interrupted.
 */
@FunctionalInterface
public interface GenerationListener {

    /** Hears nothing. */
    GenerationListener NONE = text -> {};

    /** A piece of the answer, never empty, never half a character, never part of a stop sequence. */
    void onText(String text);

    /** A piece of the thought before the answer, never empty, without its tags. */
    default void onThinking(String text) {}

    /** The id that the model wrote for a call, before the first piece of it. */
    default void onCallId(int index, String id) {}

    /**
     * A piece of the arguments of a tool call, as it is written. Never blank.
     *
     * @param index of the call in this answer, from 0
     */
    default void onCallPiece(int index, String name, String piece) {}

    /** A tool call is whole; its pieces, joined, are its arguments. */
    default void onCall(int index, ToolCall call) {}

    /** A stage begins, and with it the one before has ended. The last one ends with the request, and so does any that fails. */
    default void onStage(Stage stage) {}
}
