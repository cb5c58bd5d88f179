package io.github.glimpse.examples.tiny.evaluation;

import java.util.BitSet;
import java.util.stream.IntStream;

/** Choices that see neither picture nor question: what a learned one must beat. Whole numbers only, so they are the same everywhere. */
final class Controls {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Controls() {}

    /**
     * Keeps by chance. A larger count keeps what a smaller one does, and more.
     *
     * @return that many of the tokens
     */
    static BitSet random(int rows, int columns, int count, long seed) {
        int tokens = rows * columns;
        BitSet kept = new BitSet(tokens);
        IntStream.range(0, tokens)
                .boxed()
                .sorted((one, other) -> Long.compareUnsigned(key(seed, one), key(seed, other)))
                .limit(count)
                .forEach(kept::set);
        return kept;
    }

    /** SplitMix64's output for the token. */
    static long key(long seed, int token) {
        long mixed = seed + token * GOLDEN + GOLDEN;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /**
     * Spreads evenly: the middles of a lattice with the shape of the picture, then again and again the token that lies farthest
     * from all kept ones, the first of several.
     *
     * @return that many of the tokens
     */
    static BitSet grid(int rows, int columns, int count) {
        int down = (int) Math.floor(Math.sqrt((double) (count * rows) / columns) + 0.5);
        down = Math.max(1, Math.min(down, Math.min(rows, count)));
        int across = Math.min(columns, count / down);
        if (across == columns) {
            down = Math.min(rows, count / across);
        }
        BitSet kept = new BitSet(rows * columns);
        for (int i = 0; i < down; i++) {
            for (int j = 0; j < across; j++) {
                kept.set((2 * i + 1) * rows / (2 * down) * columns + (2 * j + 1) * columns / (2 * across));
            }
        }
        for (int have = kept.cardinality(); have < count; have++) {
            kept.set(farthest(rows, columns, kept));
        }
        return kept;
    }

    private static int farthest(int rows, int columns, BitSet kept) {
        int best = 0;
        int bestDistance = -1;
        for (int token = 0; token < rows * columns; token++) {
            int row = token / columns;
            int column = token % columns;
            int distance = kept.stream()
                    .map(other -> square(other / columns - row) + square(other % columns - column))
                    .min()
                    .orElseThrow();
            if (distance > bestDistance) {
                best = token;
                bestDistance = distance;
            }
        }
        return best;
    }

    private static int square(int value) {
        return value * value;
    }
}
