package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** A Python range, never larger than the sandbox allows. */
record JinjaRange(long start, long stop, long step) {

    static final int MAX_ITEMS = 100_000;

    JinjaRange {
        if (step == 0) {
            throw new JinjaError("range() arg 3 must not be zero");
        }
        if (count(start, stop, step) > MAX_ITEMS) {
            throw new JinjaError("a range has more than " + MAX_ITEMS + " items");
        }
    }

    int size() {
        return (int) count(start, stop, step);
    }

    long get(int index) {
        return start + index * step;
    }

    JinjaRange slice(long first, long end, long stride) {
        return new JinjaRange(start + first * step, start + end * step, step * stride);
    }

    List<Object> items() {
        List<Object> items = new ArrayList<>(size());
        for (int index = 0; index < size(); index++) {
            items.add(get(index));
        }
        return items;
    }

    private static double count(long start, long stop, long step) {
        double distance = (double) stop - start;
        return Math.max(0, Math.ceil(distance / step));
    }
}
