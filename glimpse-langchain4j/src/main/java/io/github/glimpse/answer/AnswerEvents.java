package io.github.glimpse.answer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events of one answer on their way to the listener: text and thought in batches, calls with indexes and unique ids.
 */
final class AnswerEvents {

    private final AnswerListener listener;
    private final TrimmedText text;
    private final TrimmedText thinking;
    private final Set<String> ids;
    private int index;
    private int sent;

    /**
     * @param usedIds ids that the request uses
     */
    AnswerEvents(AnswerListener listener, Set<String> usedIds) {
        this.listener = listener;
        text = new TrimmedText(listener::text);
        thinking = new TrimmedText(listener::thinking);
        thinking.trim();
        ids = new HashSet<>(usedIds);
    }

    TrimmedText text() {
        return text;
    }

    TrimmedText thinking() {
        return thinking;
    }

    /** Delivers what is ready. */
    void flush() {
        thinking.flush();
        text.flush();
    }

    /** Delivers the thought: it is over, and the text begins. */
    void endThinking() {
        thinking.finish();
        text.trim();
    }

    void finish() {
        thinking.finish();
        text.finish();
    }

    /** A call whose pieces are delivered as they come. */
    void openCall(BlockReader.OpenCall call) {
        String piece = call.argumentsFrom(sent);
        if (!piece.isBlank()) {
            text.dropBlanks();
            text.flush();
            sent = call.length();
            listener.callPiece(index, null, call.name(), piece);
        }
    }

    void calls(List<ReadCall> calls) {
        if (calls.isEmpty()) {
            return;
        }
        text.dropBlanks();
        flush();
        for (ReadCall call : calls) {
            ReadCall read = new ReadCall(unused(call.id()), call.name(), call.arguments());
            if (sent < read.arguments().length()) {
                listener.callPiece(
                        index, read.id(), read.name(), read.arguments().substring(sent));
            }
            sent = 0;
            listener.call(index++, read);
        }
    }

    /** A block is text after all; pieces of its call that were delivered keep their index. */
    void noCall(List<String> unlisted) {
        if (sent > 0) {
            sent = 0;
            index++;
        }
        unlisted.forEach(listener::unlistedTool);
    }

    private @Nullable String unused(@Nullable String id) {
        return id != null && ids.add(id) ? id : null;
    }
}
