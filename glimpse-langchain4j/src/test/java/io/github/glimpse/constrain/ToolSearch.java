package io.github.glimpse.constrain;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** As {@link SchemaSearch}, of answers that call tools. */
final class ToolSearch implements RandomConstraints.Search {

    private static final int[] OPENING = "<tool_call>".chars().toArray();

    private final List<Tool> tools;
    private final ToolUse use;
    private final @Nullable SchemaSearch answer;
    private final boolean tokens;
    private int[] text = {};
    private boolean open;

    /** A tool and the search for its arguments. */
    record Tool(String name, SchemaSearch arguments) {}

    /**
     * Makes one.
     *
     * @param answer what may come in place of calls; null if nothing
     * @param tokens whether markers are symbols of their own
     */
    ToolSearch(List<Tool> tools, ToolUse use, @Nullable SchemaSearch answer, boolean tokens) {
        this.tools = tools;
        this.use = use;
        this.answer = answer;
        this.tokens = tokens;
    }

    @Override
    public boolean mayBegin(int[] symbols) {
        Set<Integer> ends = ends(symbols);
        return open || ends.contains(symbols.length);
    }

    @Override
    public boolean isDocument(int[] symbols) {
        return ends(symbols).contains(symbols.length);
    }

    private Set<Integer> ends(int[] symbols) {
        text = symbols;
        open = false;
        Set<Integer> ends = new TreeSet<>();
        boolean mayTell = use.choice() == ToolUse.Choice.AUTO;
        int begin = 0;
        SchemaSearch document = answer;
        if (mayTell && document == null) {
            while (begin < text.length && !isMarker(begin)) {
                begin++;
            }
            if (begin == text.length) {
                boolean bytes = true;
                for (int symbol : text) {
                    bytes &= symbol < Grammar.FIRST_MARKER;
                }
                open = bytes;
                return bytes ? Set.of(begin) : Set.of();
            }
        } else if (mayTell && document != null) {
            ends.addAll(document.documents(text, 0));
            open = document.isOpen();
        }
        Set<Integer> places = Set.of(begin);
        for (int count = 0; count < use.mostCalls() && !places.isEmpty(); count++) {
            places = calls(count == 0 ? places : literal("\n", places), count == 0);
            ends.addAll(places);
        }
        return ends;
    }

    /** A reader finds a marker in its bytes too. */
    private boolean isMarker(int at) {
        return isAt(at, marker(Grammar.FIRST_MARKER)) || isAt(at, OPENING);
    }

    private boolean isAt(int at, int[] marker) {
        for (int index = 0; index < marker.length; index++) {
            if (at + index >= text.length || text[at + index] != marker[index]) {
                return false;
            }
        }
        return true;
    }

    private int[] marker(int symbol) {
        return tokens
                ? new int[] {symbol}
                : (symbol == Grammar.FIRST_MARKER ? "<tool_call>" : "</tool_call>")
                        .chars()
                        .toArray();
    }

    private Set<Integer> calls(Set<Integer> places, boolean isFirst) {
        Set<Integer> marked = symbols(marker(Grammar.FIRST_MARKER), places);
        if (isFirst && use.choice() == ToolUse.Choice.AUTO && answer == null) {
            marked = new TreeSet<>(marked);
            marked.addAll(symbols(OPENING, places));
        }
        Set<Integer> opened = separated("\n{\"name\":", marked);
        Set<Integer> closed = new TreeSet<>();
        for (Tool tool : tools) {
            Set<Integer> named = separated("\"" + tool.name() + "\",", opened);
            for (int begin : separated("\"arguments\":", named)) {
                closed.addAll(literal("}\n", tool.arguments().documents(text, begin)));
                open |= tool.arguments().isOpen();
            }
        }
        return symbols(marker(Grammar.FIRST_MARKER + 1), closed);
    }

    private Set<Integer> literal(String expected, Set<Integer> places) {
        byte[] bytes = expected.getBytes(StandardCharsets.UTF_8);
        int[] symbols = new int[bytes.length];
        for (int index = 0; index < bytes.length; index++) {
            symbols[index] = bytes[index] & 0xFF;
        }
        return symbols(symbols, places);
    }

    private Set<Integer> symbols(int[] expected, Set<Integer> places) {
        Set<Integer> ends = new TreeSet<>();
        for (int place : places) {
            int same = 0;
            while (same < expected.length && place + same < text.length && text[place + same] == expected[same]) {
                same++;
            }
            if (same == expected.length) {
                ends.add(place + same);
            } else {
                open |= place + same == text.length;
            }
        }
        return ends;
    }

    private Set<Integer> separated(String separator, Set<Integer> places) {
        Set<Integer> ends = literal(separator, places);
        for (int end : List.copyOf(ends)) {
            if (end < text.length && text[end] == ' ') {
                ends.add(end + 1);
            }
        }
        return ends;
    }
}
