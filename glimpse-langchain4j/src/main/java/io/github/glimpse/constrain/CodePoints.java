package io.github.glimpse.constrain;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.IntStream;

/** A set of characters. Halves of surrogate pairs are in none. Immutable. */
final class CodePoints {

    static final int LAST = 0x10FFFF;
    static final CodePoints NONE = new CodePoints(new int[0]);

    /** Every character. */
    static final CodePoints ALL = new CodePoints(new int[] {0, 0xD7FF, 0xE000, LAST});

    /** Those that stand for themselves in a JSON string. */
    static final CodePoints PLAIN = range(' ', LAST).minus(of('"', '\\', 0x7F));

    /** First and last of each run, rising, with gaps between them. */
    private final int[] runs;

    private CodePoints(int[] runs) {
        this.runs = runs;
    }

    static CodePoints of(int... points) {
        CodePoints all = NONE;
        for (int point : points) {
            all = all.or(range(point, point));
        }
        return all;
    }

    /** From the first to the last, both of them in it. */
    static CodePoints range(int first, int last) {
        return new CodePoints(new int[] {first, last}).and(ALL);
    }

    /** Runs as pairs of first and last, in any order. */
    static CodePoints ranges(int... pairs) {
        CodePoints all = NONE;
        for (int index = 0; index < pairs.length; index += 2) {
            all = all.or(range(pairs[index], pairs[index + 1]));
        }
        return all;
    }

    /** All that are in one of the sets. */
    static CodePoints anyOf(Collection<CodePoints> sets) {
        long[] all = sets.stream()
                .flatMapToLong(set -> IntStream.range(0, set.runCount()).mapToLong(run -> pair(set, run)))
                .sorted()
                .toArray();
        int[] runs = new int[2 * all.length];
        int count = 0;
        for (long pair : all) {
            int first = (int) (pair >> 32);
            int last = (int) pair;
            if (count > 0 && first <= runs[count - 1] + 1) {
                runs[count - 1] = Math.max(runs[count - 1], last);
            } else {
                runs[count++] = first;
                runs[count++] = last;
            }
        }
        return rising(Arrays.copyOf(runs, count));
    }

    private static long pair(CodePoints set, int run) {
        return (long) set.first(run) << 32 | set.last(run);
    }

    /** Runs as pairs of first and last, rising, with gaps between them. */
    static CodePoints rising(int[] pairs) {
        return new CodePoints(pairs).and(ALL);
    }

    int runCount() {
        return runs.length / 2;
    }

    int first(int run) {
        return runs[2 * run];
    }

    int last(int run) {
        return runs[2 * run + 1];
    }

    boolean isEmpty() {
        return runs.length == 0;
    }

    boolean contains(int point) {
        for (int run = 0; run < runs.length && runs[run] <= point; run += 2) {
            if (point <= runs[run + 1]) {
                return true;
            }
        }
        return false;
    }

    CodePoints and(CodePoints other) {
        int[] result = new int[runs.length + other.runs.length];
        int count = 0;
        for (int left = 0, right = 0; left < runs.length && right < other.runs.length; ) {
            int first = Math.max(runs[left], other.runs[right]);
            int last = Math.min(runs[left + 1], other.runs[right + 1]);
            if (first <= last) {
                result[count++] = first;
                result[count++] = last;
            }
            if (runs[left + 1] < other.runs[right + 1]) {
                left += 2;
            } else {
                right += 2;
            }
        }
        return new CodePoints(Arrays.copyOf(result, count));
    }

    CodePoints or(CodePoints other) {
        return not().and(other.not()).not();
    }

    CodePoints minus(CodePoints other) {
        return and(other.not());
    }

    CodePoints not() {
        int[] gaps = new int[runs.length + 2];
        int count = 0;
        int next = 0;
        for (int run = 0; run < runs.length; run += 2) {
            if (runs[run] > next) {
                gaps[count++] = next;
                gaps[count++] = runs[run] - 1;
            }
            next = runs[run + 1] + 1;
        }
        if (next <= LAST) {
            gaps[count++] = next;
            gaps[count++] = LAST;
        }
        CodePoints outside = new CodePoints(Arrays.copyOf(gaps, count));
        // ALL itself is made by its runs: asking for it here would be asking before it is there.
        return ALL == null ? outside : outside.and(ALL);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints points && Arrays.equals(runs, points.runs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(runs);
    }
}
