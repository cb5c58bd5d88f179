package io.github.glimpse.prune.control;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A key per token from a seed: the output of splitmix64 for the state {@code seed + token * gamma}. The tokens with the
 * smallest keys are kept, so a larger count keeps a superset for the same seed.
 *
 * @see <a href="https://doi.org/10.1145/2660193.2660195">Fast splittable pseudorandom number generators</a>
 */
final class RandomKeys {

    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private RandomKeys() {}

    /** The key of a token, an unsigned number. */
    static long key(long seed, int token) {
        long mixed = seed + token * GAMMA + GAMMA;
        mixed ^= mixed >>> 30;
        mixed *= 0xBF58476D1CE4E5B9L;
        mixed ^= mixed >>> 27;
        mixed *= 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    /**
     * The tokens with the smallest keys; equal keys (of several images): the lower place first.
     *
     * @param tokens tokens of the image, counted from 0, in the order of their places
     * @return places in {@code tokens}, rising
     */
    static int[] smallest(int[] tokens, int count, long seed) {
        long[] keys = Arrays.stream(tokens).mapToLong(token -> key(seed, token)).toArray();
        return IntStream.range(0, tokens.length)
                .boxed()
                .sorted(Comparator.<Integer, Long>comparing(place -> keys[place], Long::compareUnsigned)
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }
}
