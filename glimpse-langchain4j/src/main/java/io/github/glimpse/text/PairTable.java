package io.github.glimpse.text;

import java.util.Arrays;

/** The merges of a byte pair encoding: pairs of ids, when each was learned, and the id that it gives. */
final class PairTable {

    private static final long EMPTY = -1;

    private final long[] pairs;
    private final int[] ranks;
    private final int[] joined;
    private boolean empty = true;

    PairTable(int count) {
        int size = Integer.highestOneBit(Math.max(8, 2 * count)) * 2;
        pairs = new long[size];
        ranks = new int[size];
        joined = new int[count];
        Arrays.fill(pairs, EMPTY);
    }

    boolean isEmpty() {
        return empty;
    }

    /** Adds a pair; a later one takes the place of an earlier one. */
    void put(int left, int right, int rank, int id) {
        empty = false;
        int slot = slot(left, right);
        pairs[slot] = pair(left, right);
        ranks[slot] = rank;
        joined[rank] = id;
    }

    /** When the pair was learned, or -1 if it was not. */
    int rank(int left, int right) {
        int slot = slot(left, right);
        return pairs[slot] == EMPTY ? -1 : ranks[slot];
    }

    /** What the merge that was learned then gives. */
    int joined(int rank) {
        return joined[rank];
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    private int slot(int left, int right) {
        long pair = pair(left, right);
        long mixed = pair * 0x9E3779B97F4A7C15L;
        int mask = pairs.length - 1;
        int slot = (int) (mixed ^ mixed >>> 32) & mask;
        while (pairs[slot] != EMPTY && pairs[slot] != pair) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
