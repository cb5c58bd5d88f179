package io.github.glimpse.text;

import java.util.Arrays;

/** Pairs that wait to be joined: first the one that was learned first, among equal ones the one furthest left. */
final class PairHeap {

    private long[] entries;
    private int size;

    PairHeap(int expected) {
        entries = new long[expected + 1];
    }

    boolean isEmpty() {
        return size == 0;
    }

    static int rank(long entry) {
        return (int) (entry >>> 32);
    }

    static int place(long entry) {
        return (int) entry;
    }

    /** Adds an entry without order; a rank below 0 is none. {@link #order} comes before anything else. */
    void append(int rank, int place) {
        if (rank >= 0) {
            room();
            entries[size++] = (long) rank << 32 | place;
        }
    }

    void order() {
        for (int at = size / 2 - 1; at >= 0; at--) {
            sink(at);
        }
    }

    /** Adds an entry; a rank below 0 is none. */
    void add(int rank, int place) {
        if (rank < 0) {
            return;
        }
        room();
        long entry = (long) rank << 32 | place;
        int at = size++;
        while (at > 0 && entries[(at - 1) / 2] > entry) {
            entries[at] = entries[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        entries[at] = entry;
    }

    long take() {
        long first = entries[0];
        entries[0] = entries[--size];
        sink(0);
        return first;
    }

    private void room() {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
        }
    }

    private void sink(int from) {
        if (from >= size) {
            return;
        }
        long entry = entries[from];
        int at = from;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && entries[child + 1] < entries[child]) {
                child++;
            }
            if (entries[child] >= entry) {
                break;
            }
            entries[at] = entries[child];
            at = child;
        }
        entries[at] = entry;
    }
}
