package io.github.glimpse.examples.tiny.drawing;

import java.util.List;

/** Chance that comes out the same everywhere: SplitMix64. Not safe for concurrent use. */
public final class Dice {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    /** Chance that starts from a seed. */
    public Dice(long seed) {
        state = seed;
    }

    /** The finaliser of SplitMix64; no two values give the same result. */
    public static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** Any 64 bits. */
    public long next() {
        state += GOLDEN;
        return mix(state);
    }

    /** From 0 to below the bound. */
    public int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /** From the lower to the upper value, both included. */
    public int between(int lower, int upper) {
        return lower + below(upper - lower + 1);
    }

    /** From the lower to below the upper value. */
    public double uniform(double lower, double upper) {
        return lower + (next() >>> 11) * 0x1.0p-53 * (upper - lower);
    }

    /** True so often. */
    public boolean chance(double probability) {
        return uniform(0, 1) < probability;
    }

    /** One of a list. */
    public <T> T pick(List<T> from) {
        return from.get(below(from.size()));
    }

    /** One of the characters. */
    public char pick(String from) {
        return from.charAt(below(from.length()));
    }

    /** Puts a list into any order. */
    public void shuffle(List<?> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            swap(list, i, below(i + 1));
        }
    }

    private static <T> void swap(List<T> list, int first, int second) {
        list.set(first, list.set(second, list.get(first)));
    }
}
