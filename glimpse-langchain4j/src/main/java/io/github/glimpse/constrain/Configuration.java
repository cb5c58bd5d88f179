package io.github.glimpse.constrain;

import io.github.glimpse.constrain.TextAutomaton.Lengths;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where an answer may be in the grammar: a set of states, each with the states that wait above the common stack for what
 * they called. Closed: everything that takes no symbol has been done. Configurations are shared by all answers of a
 * constraint; what they remember of their neighbours is filled in while they are used, and made anew if two threads meet.
 */
final class Configuration {

    /** States that symbols lead away from, and what waits above the common stack for each, the innermost last. */
    final int[] states;

    final Waiting[] waiting;

    /** Whether the rule whose caller lies on top of the common stack may end here. */
    final boolean returns;

    /** Symbols of the shortest way up to that end. */
    final int length;

    /** Levels that this way nests. */
    final int need;

    /** As {@link TextAutomaton#plainRoom}. */
    final int plainRoom;

    /** As {@link Grammar.TextState#plainGain}. */
    final int plainGain;

    /** Characters up to the end of the JSON string that it is in; null if it is in none, or they depend on more. */
    final @Nullable Lengths lengths;

    /** One bit for each rest of a byte by 64 that some byte that may follow has. */
    final long firsts;

    private final @Nullable Step[] steps;
    private volatile @Nullable Step[] resolved = new Step[4];

    /** The mask of the tokens, once it has been asked for. */
    @Nullable
    PreparedMask prepared;

    Configuration(Kernel kernel, Facts facts, int classes) {
        states = kernel.states;
        waiting = kernel.waiting;
        returns = kernel.returns;
        length = facts.length;
        need = facts.need;
        plainRoom = facts.plainRoom;
        plainGain = facts.plainGain;
        firsts = facts.firsts;
        lengths = facts.lengths;
        steps = new Step[classes];
    }

    /** What tells configurations apart. */
    record Kernel(int[] states, Waiting[] waiting, boolean returns) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Kernel kernel
                    && returns == kernel.returns
                    && Arrays.equals(states, kernel.states)
                    && Arrays.equals(waiting, kernel.waiting);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(states) + Arrays.hashCode(waiting) + (returns ? 1 : 0);
        }
    }

    /** What follows from the kernel. */
    record Facts(
            int length,
            int need,
            int plainRoom,
            int plainGain,
            long firsts,
            @Nullable Lengths lengths) {}

    /** States that wait for what they called, the innermost last. Equal ones are one object. */
    record Waiting(int[] states) {

        static final Waiting NONE = new Waiting(new int[0]);

        boolean isNone() {
            return states.length == 0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Waiting waiting && Arrays.equals(states, waiting.states);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(states);
        }
    }

    /**
     * What a symbol leads to, or a return.
     *
     * @param target the configuration; null if the symbol is not allowed
     * @param pushed what is put on the common stack, the outermost first
     * @param from the state that was taken from the stack; -1 for a symbol
     */
    record Step(@Nullable Configuration target, int[] pushed, int from) {

        static final int[] NOTHING = {};
        static final Step DEAD = new Step(null, NOTHING, -1);
    }

    @Nullable
    Step step(int kind) {
        return steps[kind];
    }

    void remember(int kind, Step step) {
        steps[kind] = step;
    }

    @Nullable
    Step resolved(int state) {
        @Nullable Step[] table = resolved;
        int mask = table.length - 1;
        for (int at = place(state, mask); ; at = (at + 1) & mask) {
            Step step = table[at];
            if (step == null || step.from() == state) {
                return step;
            }
        }
    }

    /** A table with gaps, copied for each new entry so that readers need no lock. */
    void remember(Step step) {
        @Nullable Step[] old = resolved;
        int entries = 1;
        for (Step each : old) {
            entries += each == null ? 0 : 1;
        }
        @Nullable Step[] table = new Step[2 * entries > old.length ? 2 * old.length : old.length];
        for (Step each : old) {
            if (each != null) {
                put(table, each);
            }
        }
        put(table, step);
        resolved = table;
    }

    private static void put(@Nullable Step[] table, Step step) {
        int mask = table.length - 1;
        int at = place(step.from(), mask);
        while (table[at] != null) {
            at = (at + 1) & mask;
        }
        table[at] = step;
    }

    private static int place(int state, int mask) {
        return ((state * 0x9E3779B9) >>> 7) & mask;
    }
}
