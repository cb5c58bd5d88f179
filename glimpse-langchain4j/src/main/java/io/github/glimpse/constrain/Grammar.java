package io.github.glimpse.constrain;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Byte automata that call each other, laid out in arrays: what an answer may be. State 0 of the edges' owner begins a rule
 * where a call leads to it. Dead states have no edges into them. Immutable.
 *
 * <p>A symbol is a byte, or one of the two markers around a tool's call where they are single tokens.
 */
final class Grammar {

    static final int OPEN_MARKER = 256;
    static final int CLOSE_MARKER = 257;
    static final int SYMBOLS = 258;

    /** Label of an edge that takes nothing. */
    static final int SKIP = -1;

    /** Plain room of a state of a text, where it depends on the characters. */
    static final int UNKNOWN = -2;

    private static final int NONE = -1;

    private final int start;
    private final int[] firstEdge;
    private final int[] labels;
    private final int[] targets;
    private final int[] lengths;
    private final int[] needs;
    private final BitSet accepting;
    private final BitSet levels;
    private final BitSet bare;
    private final int[] plainRoom;
    private final int[] plainGain;
    private final int[] tools;

    private Grammar(GrammarBuilder builder, ShortestWays ways, int start) {
        this.start = start;
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
        plainRoom = new int[states];
        plainGain = new int[states];
        tools = new int[states];
        Arrays.fill(plainRoom, NONE);
        Arrays.fill(tools, NONE);
        builder.tools().forEach((state, tool) -> tools[state] = tool);
        setPlain(builder);
    }

    private void setPlain(GrammarBuilder builder) {
        int[] longest = new int[builder.states()];
        builder.texts()
                .forEach((state, text) -> longest[text] = Math.max(longest[text], isDead(state) ? 0 : lengths[state]));
        builder.plainRooms().forEach((state, room) -> {
            if (!isDead(state)) {
                plainRoom[state] = room;
                plainGain[state] = longest[builder.texts().getOrDefault(state, 0)] - lengths[state];
            }
        });
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

    /** Symbols of the shortest way to the rule's end. */
    int length(int state) {
        return lengths[state];
    }

    /** Levels that this way nests. */
    int need(int state) {
        return needs[state];
    }

    boolean accepts(int state) {
        return accepting.get(state);
    }

    /** Whether nothing but the rule's end is behind the state: a call with a return to it needs none. */
    boolean isBare(int state) {
        return bare.get(state) && tools[state] == NONE;
    }

    int level(int state) {
        return levels.get(state) ? 1 : 0;
    }

    /** As {@link TextAutomaton#plainRoom}; {@link #UNKNOWN} where that has none, -1 if the state is none of a text. */
    int plainRoom(int state) {
        return plainRoom[state];
    }

    /** By how much plain characters may make the shortest way longer, at most. */
    int plainGain(int state) {
        return plainGain[state];
    }

    /** The tool whose arguments are called with a return to the state; -1 if none. */
    int tool(int state) {
        return tools[state];
    }
}
