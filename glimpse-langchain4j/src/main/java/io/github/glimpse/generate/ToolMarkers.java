package io.github.glimpse.generate;

import io.github.glimpse.text.Tokenizer;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Ids of the tokens around a call of a tool. Where a vocabulary has not both of them, a model writes them as text.
 *
 * @param open before a call
 * @param close behind it
 */
record ToolMarkers(OptionalInt open, OptionalInt close) {

    private static final String OPEN = "<tool_call>";
    private static final String CLOSE = "</tool_call>";

    static ToolMarkers of(Tokenizer tokenizer) {
        OptionalInt open = tokenizer.idOf(OPEN);
        OptionalInt close = tokenizer.idOf(CLOSE);
        return open.isPresent() && close.isPresent()
                ? new ToolMarkers(open, close)
                : new ToolMarkers(OptionalInt.empty(), OptionalInt.empty());
    }

    boolean areTokens() {
        return open.isPresent();
    }

    boolean isOpen(int id) {
        return areTokens() && open.getAsInt() == id;
    }

    boolean isClose(int id) {
        return areTokens() && close.getAsInt() == id;
    }

    /** By their text. */
    Map<String, Integer> ids() {
        return areTokens() ? Map.of(OPEN, open.getAsInt(), CLOSE, close.getAsInt()) : Map.of();
    }
}
