package io.github.glimpse.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes the tokens of a text as they come, with the stretches that they stand for where somebody asks. */
final class TokenSink {

    private static final int STEPS_BETWEEN_CHECKS = 1 << 14;

    private final TokenWatch watch;
    private int[] ids = new int[64];
    private int @Nullable [] starts;
    private int @Nullable [] ends;
    private int count;
    private int steps;

    TokenSink(TokenWatch watch, boolean placed) {
        this.watch = watch;
        if (placed) {
            starts = new int[ids.length];
            ends = new int[ids.length];
        }
    }

    /** Whether somebody asks for places. */
    boolean isPlaced() {
        return starts != null;
    }

    int count() {
        return count;
    }

    /** Adds a token without a place, or at the place of units of a text. */
    void add(int id, AlignedText text, int fromUnit, int toUnit) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            starts = starts == null ? null : Arrays.copyOf(starts, 2 * count);
            ends = ends == null ? null : Arrays.copyOf(ends, 2 * count);
        }
        if (starts != null && ends != null && text.starts() != null && text.ends() != null && toUnit > fromUnit) {
            starts[count] = text.starts()[fromUnit];
            ends[count] = text.ends()[toUnit - 1];
        }
        ids[count++] = id;
        work(1);
    }

    /** Adds tokens without places. */
    void add(int... more) {
        if (count + more.length > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(2 * count, count + more.length));
        }
        System.arraycopy(more, 0, ids, count, more.length);
        count += more.length;
        check(0);
    }

    /** The tokens that came since there were so many. */
    int[] since(int before) {
        return Arrays.copyOfRange(ids, before, count);
    }

    /** Counts steps, and looks from time to time. */
    void work(int more) {
        steps += more;
        if (steps >= STEPS_BETWEEN_CHECKS) {
            steps = 0;
            watch.check(count);
        }
    }

    /** Looks now, when so many more tokens are certain to come. */
    void check(int certain) {
        steps = 0;
        watch.check(count + certain);
    }

    int[] ids() {
        return Arrays.copyOf(ids, count);
    }

    /** First unit of the prompt that a token stands for. */
    int start(int index) {
        return starts == null ? 0 : starts[index];
    }

    /** One behind the last. */
    int end(int index) {
        return ends == null ? 0 : ends[index];
    }
}
