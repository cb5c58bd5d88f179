package io.github.glimpse.text;

import java.util.Arrays;

/** Finds which of many texts a text goes on with. Made once, then read by many threads. */
final class TokenTrie {

    private static final int ROOT = 0;
    private static final long EMPTY = -1;

    /** Node and character of each edge, and where it leads. */
    private long[] edges = new long[64];

    private int[] targets = new int[64];
    private int[] values = new int[64];
    private int nodes = 1;

    TokenTrie() {
        Arrays.fill(edges, EMPTY);
        Arrays.fill(values, -1);
    }

    /** Adds a text with a value from 0 on; a later value takes the place of an earlier one. */
    void put(String text, int value) {
        int node = ROOT;
        for (int index = 0; index < text.length(); index++) {
            int next = child(node, text.charAt(index));
            node = next >= 0 ? next : addChild(node, text.charAt(index));
        }
        values[node] = value;
    }

    boolean isEmpty() {
        return nodes == 1;
    }

    int root() {
        return ROOT;
    }

    /** The node behind a character, or -1. */
    int child(int node, char unit) {
        long edge = (long) node << 16 | unit;
        int mask = edges.length - 1;
        for (int slot = spread(edge) & mask; edges[slot] != EMPTY; slot = slot + 1 & mask) {
            if (edges[slot] == edge) {
                return targets[slot];
            }
        }
        return -1;
    }

    /** The value of the text that ends at a node, or -1. */
    int value(int node) {
        return values[node];
    }

    private int addChild(int node, char unit) {
        if (2 * nodes >= edges.length) {
            grow();
        }
        if (nodes == values.length) {
            values = Arrays.copyOf(values, 2 * nodes);
            Arrays.fill(values, nodes, values.length, -1);
        }
        insert((long) node << 16 | unit, nodes);
        return nodes++;
    }

    private void insert(long edge, int target) {
        int mask = edges.length - 1;
        int slot = spread(edge) & mask;
        while (edges[slot] != EMPTY) {
            slot = slot + 1 & mask;
        }
        edges[slot] = edge;
        targets[slot] = target;
    }

    private void grow() {
        long[] oldEdges = edges;
        int[] oldTargets = targets;
        edges = new long[2 * oldEdges.length];
        targets = new int[edges.length];
        Arrays.fill(edges, EMPTY);
        for (int slot = 0; slot < oldEdges.length; slot++) {
            if (oldEdges[slot] != EMPTY) {
                insert(oldEdges[slot], oldTargets[slot]);
            }
        }
    }

    private static int spread(long edge) {
        long mixed = edge * 0x9E3779B97F4A7C15L;
        return (int) (mixed ^ mixed >>> 32);
    }
}
