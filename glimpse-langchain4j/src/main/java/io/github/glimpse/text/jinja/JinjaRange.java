package io.github.glimpse.text.jinja;

import java.util.AbstractList;
import java.util.RandomAccess;

/** A Python range: a list of numbers that are counted when asked for, never longer than the sandbox allows. */
final class JinjaRange extends AbstractList<Object> implements RandomAccess {

    static final int MAX_ITEMS = 100_000;

    private final long start;
    private final long stop;
    private final long step;
    private final int size;

    JinjaRange(long start, long stop, long step) {
        if (step == 0) {
            throw new JinjaError("range() arg 3 must not be zero");
        }
        double count = Math.max(0, Math.ceil(((double) stop - start) / step));
        if (count > MAX_ITEMS) {
            throw new JinjaError("a range has more than " + MAX_ITEMS + " items");
        }
        this.start = start;
        this.stop = stop;
        this.step = step;
        this.size = (int) count;
    }

    @Override
    public Object get(int index) {
        return start + index * step;
    }

    @Override
    public int size() {
        return size;
    }

    JinjaRange slice(long first, long end, long stride) {
        return new JinjaRange(start + first * step, start + end * step, step * stride);
    }

    /** As Python writes it. */
    @Override
    public String toString() {
        return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
    }
}
