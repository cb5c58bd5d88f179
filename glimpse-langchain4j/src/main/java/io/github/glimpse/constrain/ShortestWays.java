package io.github.glimpse.constrain;

import java.util.Arrays;
import java.util.BitSet;
import java.util.PriorityQueue;

/**
 * The shortest way from each state to the end of its rule, each edge that takes something being one long, and how many
 * levels it nests; the least nested of several. A state without one is dead: no document comes of it. By Knuth's
 * generalisation of Dijkstra's algorithm, since the way of a call is the way through the rule and the way behind it.
 */
final class ShortestWays {

    static final int NEVER = Integer.MAX_VALUE;

    /** Longer ways than any answer count as none. */
    private static final int MOST_LENGTH = 1 << 30;

    private static final int STATE_BITS = 17;
    private static final int NEED_BITS = 13;

    private final Edges edges;
    private final BitSet levels;
    private final CompileWork work;
    private final int[] lengths;
    private final int[] needs;
    private final PriorityQueue<Long> waiting = new PriorityQueue<>();
    private final int[] firstIn;
    private final int[] nextIn;
    private final int[] firstCall;
    private final int[] nextCall;

    /** The edges of a grammar; labels as {@link Grammar} has them. */
    static final class Edges {

        private int count;
        private int[] sources;
        private int[] labels;
        private int[] targets;

        Edges(int expected) {
            sources = new int[expected];
            labels = new int[expected];
            targets = new int[expected];
        }

        void add(int source, int label, int target) {
            if (count == sources.length) {
                int more = 2 * count + 16;
                sources = Arrays.copyOf(sources, more);
                labels = Arrays.copyOf(labels, more);
                targets = Arrays.copyOf(targets, more);
            }
            sources[count] = source;
            labels[count] = label;
            targets[count++] = target;
        }
    }

    ShortestWays(GrammarBuilder builder) {
        this(edges(builder), builder.states(), builder.accepting(), builder.levels(), builder.work());
    }

    ShortestWays(Edges edges, int states, BitSet accepting, BitSet levels, CompileWork work) {
        this.edges = edges;
        this.levels = levels;
        this.work = work;
        lengths = filled(states, NEVER);
        needs = new int[states];
        firstIn = filled(states, -1);
        nextIn = new int[edges.count];
        firstCall = filled(states, -1);
        nextCall = new int[edges.count];
        for (int edge = 0; edge < edges.count; edge++) {
            int target = edges.targets[edge];
            nextIn[edge] = firstIn[target];
            firstIn[target] = edge;
            if (Grammar.isCall(edges.labels[edge])) {
                int rule = Grammar.ruleOf(edges.labels[edge]);
                nextCall[edge] = firstCall[rule];
                firstCall[rule] = edge;
            }
        }
        accepting.stream().forEach(state -> offer(state, 0, 0));
        run();
    }

    private static Edges edges(GrammarBuilder builder) {
        Edges edges = new Edges(builder.edges());
        for (int state = 0; state < builder.states(); state++) {
            for (int edge = builder.firstEdge(state); edge >= 0; edge = builder.nextEdge(edge)) {
                edges.add(state, builder.label(edge), builder.target(edge));
            }
        }
        return edges;
    }

    private static int[] filled(int length, int value) {
        int[] array = new int[length];
        Arrays.fill(array, value);
        return array;
    }

    int[] lengths() {
        return lengths;
    }

    int[] needs() {
        return needs;
    }

    private void offer(int state, long length, int need) {
        if (lengths[state] == NEVER && length < MOST_LENGTH && need < 1 << NEED_BITS) {
            waiting.add((((length << NEED_BITS) | need) << STATE_BITS) | state);
        }
    }

    private void run() {
        while (!waiting.isEmpty()) {
            long best = waiting.remove();
            work.step();
            int state = (int) (best & ((1 << STATE_BITS) - 1));
            if (lengths[state] != NEVER) {
                continue;
            }
            needs[state] = (int) ((best >> STATE_BITS) & ((1 << NEED_BITS) - 1));
            lengths[state] = (int) (best >> (STATE_BITS + NEED_BITS));
            for (int edge = firstIn[state]; edge >= 0; edge = nextIn[edge]) {
                through(edge);
            }
            for (int edge = firstCall[state]; edge >= 0; edge = nextCall[edge]) {
                through(edge);
            }
        }
    }

    private void through(int edge) {
        int source = edges.sources[edge];
        int target = edges.targets[edge];
        int label = edges.labels[edge];
        if (lengths[target] == NEVER) {
            return;
        }
        if (!Grammar.isCall(label)) {
            offer(source, lengths[target] + (label == Grammar.SKIP ? 0L : 1L), needs[target]);
            return;
        }
        int rule = Grammar.ruleOf(label);
        if (lengths[rule] != NEVER) {
            int inside = needs[rule] + (levels.get(target) ? 1 : 0);
            offer(source, (long) lengths[rule] + lengths[target], Math.max(inside, needs[target]));
        }
    }
}
