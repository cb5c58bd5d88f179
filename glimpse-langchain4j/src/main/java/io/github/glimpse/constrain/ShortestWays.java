package io.github.glimpse.constrain;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The shortest way from each state to the end of its rule, in symbols, and how many levels it nests; the least nested of
 * several. A state without one is dead: no document comes of it. By Knuth's generalisation of Dijkstra's algorithm, since
 * the way of a call is the way through the rule and the way behind it.
 */
final class ShortestWays {

    static final int NEVER = Integer.MAX_VALUE;

    /** Longer ways than any answer count as none. */
    private static final int MOST_LENGTH = 1 << 30;

    private static final int STATE_BITS = 17;
    private static final int NEED_BITS = 13;

    private final GrammarBuilder builder;
    private final int[] lengths;
    private final int[] needs;
    private final PriorityQueue<Long> waiting = new PriorityQueue<>();
    private final int[] sources;
    private final int[] firstIn;
    private final int[] nextIn;
    private final int[] firstCall;
    private final int[] nextCall;

    ShortestWays(GrammarBuilder builder) {
        this.builder = builder;
        int states = builder.states();
        int edges = builder.edges();
        lengths = filled(states, NEVER);
        needs = new int[states];
        sources = new int[edges];
        firstIn = filled(states, -1);
        nextIn = new int[edges];
        firstCall = filled(states, -1);
        nextCall = new int[edges];
        for (int state = 0; state < states; state++) {
            for (int edge = builder.firstEdge(state); edge >= 0; edge = builder.nextEdge(edge)) {
                sources[edge] = state;
                nextIn[edge] = firstIn[builder.target(edge)];
                firstIn[builder.target(edge)] = edge;
                if (Grammar.isCall(builder.label(edge))) {
                    int rule = Grammar.ruleOf(builder.label(edge));
                    nextCall[edge] = firstCall[rule];
                    firstCall[rule] = edge;
                }
            }
            if (builder.accepts(state)) {
                offer(state, 0, 0);
            }
        }
        run();
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
            builder.work().step();
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
        int target = builder.target(edge);
        int label = builder.label(edge);
        if (lengths[target] == NEVER) {
            return;
        }
        if (!Grammar.isCall(label)) {
            offer(sources[edge], lengths[target] + (label == Grammar.SKIP ? 0L : 1L), needs[target]);
            return;
        }
        int rule = Grammar.ruleOf(label);
        if (lengths[rule] != NEVER) {
            int inside = needs[rule] + (builder.isLevel(target) ? 1 : 0);
            offer(sources[edge], (long) lengths[rule] + lengths[target], Math.max(inside, needs[target]));
        }
    }
}
