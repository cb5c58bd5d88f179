package io.github.glimpse.chat;

/**
 * Puts together the pieces of calls' arguments as handlers are told them: an object's opening bracket alone waits, since that of
 * an empty one comes with the closing bracket. Of one answer, for one thread.
 */
final class CallPieces {

    private int index;
    private String held = "";

    /** What a handler is told of the next piece of a call; empty if it waits. A call that turned out to be none leaves nothing behind. */
    String next(int callIndex, String piece) {
        String whole = callIndex == index ? held + piece : piece;
        index = callIndex;
        held = whole.equals("{") ? whole : "";
        return held.isEmpty() ? whole : "";
    }

    /** A call has ended. */
    void end() {
        held = "";
    }
}
