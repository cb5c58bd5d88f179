package io.github.glimpse.constrain;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Collects the states of a grammar. A rule is known by its first state; a state calls a rule and goes on behind it.
 *
 * @see Grammar
 */
final class GrammarBuilder {

    private final CompileWork work;
    private final List<String> markers;
    private int states;
    private int edges;
    private int[] firstEdge = new int[256];
    private int[] nextEdge = new int[256];
    private int[] labels = new int[256];
    private int[] targets = new int[256];
    private final BitSet accepting = new BitSet();
    private final BitSet levels = new BitSet();
    private final Map<Integer, Mark> marks = new HashMap<>();
    private final Map<Integer, Integer> toolOf = new HashMap<>();
    private int texts;

    GrammarBuilder(CompileWork work) {
        this(work, List.of());
    }

    /**
     * A grammar with markers.
     *
     * @param markers texts that are single tokens of the vocabulary
     */
    GrammarBuilder(CompileWork work, List<String> markers) {
        this.work = work;
        this.markers = List.copyOf(markers);
    }

    List<String> markers() {
        return markers;
    }

    CompileWork work() {
        return work;
    }

    int state() {
        work.step();
        work.states(states + 1);
        if (states == firstEdge.length) {
            firstEdge = Arrays.copyOf(firstEdge, 2 * states);
        }
        firstEdge[states] = -1;
        return states++;
    }

    private void edge(int from, int label, int to) {
        work.step();
        work.states(edges / 8);
        if (edges == labels.length) {
            labels = Arrays.copyOf(labels, 2 * edges);
            targets = Arrays.copyOf(targets, 2 * edges);
            nextEdge = Arrays.copyOf(nextEdge, 2 * edges);
        }
        labels[edges] = label;
        targets[edges] = to;
        nextEdge[edges] = firstEdge[from];
        firstEdge[from] = edges++;
    }

    /** One of the symbols from the first to the last: bytes, or a marker. */
    void symbols(int from, int first, int last, int to) {
        edge(from, Grammar.label(first, last), to);
    }

    /** Nothing. */
    void skip(int from, int to) {
        edge(from, Grammar.SKIP, to);
    }

    /** What the rule that begins at the state takes. */
    void call(int from, int rule, int to) {
        edge(from, Grammar.callOf(rule), to);
    }

    /** A rule may end here. */
    void accept(int state) {
        accepting.set(state);
    }

    /** A rule that is called with a return to this state is one level of nesting. */
    void level(int state) {
        levels.set(state);
    }

    /** What is called with a return to this state are the arguments of a tool. */
    void arguments(int state, int tool) {
        toolOf.put(state, tool);
    }

    int newText() {
        return texts++;
    }

    /**
     * What is known of a state of a text.
     *
     * @param room plain characters that may follow, as {@link TextAutomaton#plainRoom} counts
     * @param lengths characters that may follow up to the end of a JSON string; null where it depends on which
     */
    record Mark(int text, int room, TextAutomaton.@Nullable Lengths lengths) {}

    void mark(int state, int text, int room, TextAutomaton.@Nullable Lengths lengths) {
        marks.put(state, new Mark(text, room, lengths));
    }

    /** Adds a text, and gives the state behind it. */
    int text(int from, String text) {
        int at = from;
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            int to = state();
            symbols(at, value & 0xFF, value & 0xFF, to);
            at = to;
        }
        return at;
    }

    /** Adds a text in which markers are symbols, and gives the state after it. */
    int literal(int from, String text) {
        int at = from;
        for (int symbol : symbolsOf(text)) {
            int to = state();
            symbols(at, symbol, symbol, to);
            at = to;
        }
        return at;
    }

    /** The symbols of a text: at each place the longest marker, else a byte. */
    int[] symbolsOf(String text) {
        IntStream.Builder symbols = IntStream.builder();
        int begin = 0;
        for (int at = 0; at < text.length(); ) {
            int marker = markerAt(text, at);
            if (marker < 0) {
                at++;
            } else {
                addBytes(text.substring(begin, at), symbols);
                symbols.add(Grammar.FIRST_MARKER + marker);
                at += markers.get(marker).length();
                begin = at;
            }
        }
        addBytes(text.substring(begin), symbols);
        return symbols.build().toArray();
    }

    private static void addBytes(String text, IntStream.Builder symbols) {
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(value & 0xFF);
        }
    }

    private int markerAt(String text, int at) {
        int longest = -1;
        for (int marker = 0; marker < markers.size(); marker++) {
            boolean isLonger = longest < 0
                    || markers.get(marker).length() > markers.get(longest).length();
            if (isLonger && text.startsWith(markers.get(marker), at)) {
                longest = marker;
            }
        }
        return longest;
    }

    /** Adds a separator and the blank that may follow it, and gives the state behind. */
    int separator(int from, String text) {
        int behind = text(from, text);
        int to = state();
        skip(behind, to);
        symbols(behind, ' ', ' ', to);
        return to;
    }

    int states() {
        return states;
    }

    int edges() {
        return edges;
    }

    int firstEdge(int state) {
        return firstEdge[state];
    }

    int nextEdge(int edge) {
        return nextEdge[edge];
    }

    int label(int edge) {
        return labels[edge];
    }

    int target(int edge) {
        return targets[edge];
    }

    boolean accepts(int state) {
        return accepting.get(state);
    }

    boolean isLevel(int state) {
        return levels.get(state);
    }

    BitSet accepting() {
        return accepting;
    }

    BitSet levels() {
        return levels;
    }

    Map<Integer, Mark> marks() {
        return marks;
    }

    Map<Integer, Integer> tools() {
        return toolOf;
    }
}
