package io.github.glimpse.text;

import java.util.Map;
import java.util.OptionalInt;

/**
 * Ids of the tokens around a call of a tool. Where a vocabulary has not both of them, a model writes them as text.
 *
 * @param open before a call
 * @param close behind it
 */
public record ToolMarkers(OptionalInt open, OptionalInt close) {

    private static final String OPEN = "<tool_call>";
    private static final String CLOSE = "</tool_call>";

    /** Those of a vocabulary. */
    public static ToolMarkers of(Tokenizer tokenizer) {
        OptionalInt open = tokenizer.idOf(OPEN);
        OptionalInt close = tokenizer.idOf(CLOSE);
        return open.isPresent() && close.isPresent()
                ? new ToolMarkers(open, close)
                : new ToolMarkers(OptionalInt.empty(), OptionalInt.empty());
    }

    /** Whether there are both. */
    public boolean areTokens() {
        return open.isPresent();
    }

    /** Whether a call follows. */
    public boolean isOpen(int id) {
        return areTokens() && open.getAsInt() == id;
    }

    /** Whether a call is over. */
    public boolean isClose(int id) {
        return areTokens() && close.getAsInt() == id;
    }

    /** By their text. */
    public Map<String, Integer> ids() {
        return areTokens() ? Map.of(OPEN, open.getAsInt(), CLOSE, close.getAsInt()) : Map.of();
    }
}
