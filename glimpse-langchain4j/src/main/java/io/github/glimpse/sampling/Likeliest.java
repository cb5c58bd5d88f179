package io.github.glimpse.sampling;

import java.util.Arrays;

/**
 * Ids by falling score, ties by the lower id, of which only so many are put in order as are asked for: an answer's token needs a
 * few hundred of 150,000.
 */
final class Likeliest {

    /** The smaller, the likelier. */
    private final long[] keys;

    private int sorted;

    Likeliest(float[] scores) {
        this(scores, Double.NEGATIVE_INFINITY);
    }

    /** Those whose score is not below the least. */
    Likeliest(float[] scores, double least) {
        long[] all = new long[scores.length];
        int count = 0;
        for (int id = 0; id < scores.length; id++) {
            if (scores[id] >= least) {
                int bits = Float.floatToIntBits(scores[id]);
                int rising = bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE;
                all[count++] = (((long) ~rising << Integer.SIZE) ^ Long.MIN_VALUE) | id;
            }
        }
        keys = count == all.length ? all : Arrays.copyOf(all, count);
    }

    int size() {
        return keys.length;
    }

    /** The id of a rank, from 0. */
    int id(int rank) {
        if (rank >= sorted) {
            sortTo(Math.min(keys.length, Math.max(rank + 1, Math.max(64, 4 * sorted))));
        }
        return (int) keys[rank];
    }

    private void sortTo(int count) {
        if (count < keys.length / 4) {
            select(count);
            Arrays.sort(keys, sorted, count);
            sorted = count;
        } else {
            Arrays.sort(keys, sorted, keys.length);
            sorted = keys.length;
        }
    }

    /** Moves the smallest keys behind those in order before the place {@code count}. By Hoare's algorithm; no two keys are equal. */
    private void select(int count) {
        int from = sorted;
        int to = keys.length - 1;
        while (from < to) {
            long pivot = median(keys[from], keys[(from + to) >>> 1], keys[to]);
            int left = from;
            int right = to;
            while (left <= right) {
                while (keys[left] < pivot) {
                    left++;
                }
                while (keys[right] > pivot) {
                    right--;
                }
                if (left <= right) {
                    long key = keys[left];
                    keys[left++] = keys[right];
                    keys[right--] = key;
                }
            }
            if (count - 1 <= right) {
                to = right;
            } else if (count - 1 >= left) {
                from = left;
            } else {
                return;
            }
        }
    }

    private static long median(long first, long second, long third) {
        return Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
    }
}
