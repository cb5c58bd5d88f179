package io.github.glimpse.constrain;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Byte automata that call each other, laid out in arrays: what an answer may be. State 0 of the edges' owner begins a rule
 * where a call leads to it. Dead states have no edges into them. Immutable.
 *
 * <p>A symbol is a byte, or a marker: a text in a tool's call that is a single token of the vocabulary.
 */
final class Grammar {

    /** The first marker; the others follow in the order of {@link #markers()}. */
    static final int FIRST_MARKER = 256;

    static final int SYMBOLS = 512;

    /** Label of an edge that takes nothing. */
    static final int SKIP = -1;

    /** Plain room of a state of a text, where it depends on the characters. */
    static final int UNKNOWN = -2;

    private static final int NONE = -1;

    private final List<String> markers;
    private final int start;
    private final int[] firstEdge;
    private final int[] labels;
    private final int[] targets;
    private final int[] lengths;
    private final int[] needs;
    private final BitSet accepting;
    private final BitSet levels;
    private final BitSet bare;
    private final @Nullable TextState[] texts;
    private final Map<Integer, Integer> tools;
    private final int[] textOf;

    private Grammar(GrammarBuilder builder, ShortestWays ways, int start) {
        this.start = start;
        markers = builder.markers();
        int states = builder.states();
        lengths = ways.lengths();
        needs = ways.needs();
        accepting = new BitSet(states);
        levels = new BitSet(states);
        bare = new BitSet(states);
        firstEdge = new int[states + 1];
        int[] keptLabels = new int[builder.edges()];
        int[] keptTargets = new int[builder.edges()];
        int count = 0;
        for (int state = 0; state < states; state++) {
            firstEdge[state] = count;
            accepting.set(state, builder.accepts(state));
            levels.set(state, builder.isLevel(state));
            for (int edge = builder.firstEdge(state); edge >= 0; edge = builder.nextEdge(edge)) {
                int label = builder.label(edge);
                int target = builder.target(edge);
                boolean dead = isDead(target) || (isCall(label) && isDead(ruleOf(label)));
                if (!dead) {
                    keptLabels[count] = label;
                    keptTargets[count++] = target;
                }
            }
            bare.set(state, accepting.get(state) && count == firstEdge[state]);
        }
        firstEdge[states] = count;
        labels = Arrays.copyOf(keptLabels, count);
        targets = Arrays.copyOf(keptTargets, count);
        texts = new TextState[states];
        tools = Map.copyOf(builder.tools());
        textOf = new int[states];
        Arrays.fill(textOf, NONE);
        builder.marks().forEach((state, mark) -> {
            if (!isDead(state)) {
                textOf[state] = mark.text();
                texts[state] = new TextState(0, mark.room(), mark.lengths());
            }
        });
        setGains(texts);
    }

    private Grammar(Grammar same, ShortestWays ways) {
        lengths = ways.lengths();
        needs = ways.needs();
        start = same.start;
        markers = same.markers;
        firstEdge = same.firstEdge;
        labels = same.labels;
        targets = same.targets;
        accepting = same.accepting;
        levels = same.levels;
        bare = same.bare;
        texts = new TextState[lengths.length];
        tools = same.tools;
        textOf = same.textOf;
        setGains(same.texts);
    }

    /** The same with other shortest ways, which lead from the same states to an end. */
    Grammar with(ShortestWays ways) {
        return new Grammar(this, ways);
    }

    /**
     * What is known of a state of a text. Many states share one.
     *
     * @param plainGain by how much plain characters may make the shortest way longer, at most; first, for in a long
     *     text it falls as the least length rises, and hashes of records that differ so would be the same
     * @param plainRoom as {@link TextAutomaton#plainRoom}; {@link #UNKNOWN} where that has none
     * @param lengths characters that may follow up to the end of a JSON string; null where it depends on which
     */
    record TextState(int plainGain, int plainRoom, TextAutomaton.@Nullable Lengths lengths) {}

    /** What is known of texts, with gains that follow from the shortest ways. */
    private void setGains(@Nullable TextState[] known) {
        int[] longest = new int[states()];
        for (int state = 0; state < textOf.length; state++) {
            if (textOf[state] != NONE) {
                longest[textOf[state]] = Math.max(longest[textOf[state]], lengths[state]);
            }
        }
        Map<TextState, TextState> shared = new HashMap<>();
        for (int state = 0; state < textOf.length; state++) {
            TextState before = known[state];
            if (before != null) {
                TextState text =
                        new TextState(longest[textOf[state]] - lengths[state], before.plainRoom(), before.lengths());
                texts[state] = shared.computeIfAbsent(text, key -> key);
            }
        }
    }

    /**
     * Finishes a grammar.
     *
     * @throws InvalidConstraintException if nothing satisfies it
     */
    static Grammar of(GrammarBuilder builder, int start) {
        ShortestWays ways = new ShortestWays(builder);
        if (ways.lengths()[start] == ShortestWays.NEVER) {
            throw new InvalidConstraintException(
                    "Nothing satisfies the constraint: it asks for what it forbids, or never ends; loosen it");
        }
        if (ways.needs()[start] > Automaton.MOST_LEVELS) {
            throw new InvalidConstraintException("The shortest answer nests " + ways.needs()[start]
                    + " levels, the limit is " + Automaton.MOST_LEVELS + "; ask for a flatter one");
        }
        return new Grammar(builder, ways, start);
    }

    /** Whether no text comes of the rule. */
    static boolean isEmpty(GrammarBuilder builder, int start) {
        return new ShortestWays(builder).lengths()[start] == ShortestWays.NEVER;
    }

    static int label(int first, int last) {
        return (first << 9) | last;
    }

    static int callOf(int rule) {
        return -2 - rule;
    }

    static boolean isCall(int label) {
        return label <= -2;
    }

    static int ruleOf(int label) {
        return -2 - label;
    }

    static int first(int label) {
        return label >> 9;
    }

    static int last(int label) {
        return label & 0x1FF;
    }

    int start() {
        return start;
    }

    /** Texts of the markers. */
    List<String> markers() {
        return markers;
    }

    /** About what it takes. */
    long bytes() {
        return 20L * states() + 8L * labels.length;
    }

    int states() {
        return firstEdge.length - 1;
    }

    /** Edges of a state are those from {@code firstEdge(state)} up to {@code firstEdge(state + 1)}. */
    int firstEdge(int state) {
        return firstEdge[state];
    }

    int label(int edge) {
        return labels[edge];
    }

    int target(int edge) {
        return targets[edge];
    }

    private boolean isDead(int state) {
        return lengths[state] == ShortestWays.NEVER;
    }

    /** The shortest way to the rule's end, in symbols or {@link FewestTokens}. */
    int length(int state) {
        return lengths[state];
    }

    /** Levels that this way nests. */
    int need(int state) {
        return needs[state];
    }

    BitSet accepting() {
        return accepting;
    }

    BitSet levels() {
        return levels;
    }

    boolean accepts(int state) {
        return accepting.get(state);
    }

    /** Whether nothing but the rule's end is behind the state: a call with a return to it needs none. */
    boolean isBare(int state) {
        return bare.get(state) && !tools.containsKey(state);
    }

    int level(int state) {
        return levels.get(state) ? 1 : 0;
    }

    /** Null if the state is none of a text. */
    @Nullable
    TextState text(int state) {
        return texts[state];
    }

    /** The tool whose arguments are called with a return to the state; -1 if none. */
    int tool(int state) {
        return tools.getOrDefault(state, NONE);
    }
}
