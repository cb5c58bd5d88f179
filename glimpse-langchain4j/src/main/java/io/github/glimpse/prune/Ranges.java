package io.github.glimpse.prune;

import org.jspecify.annotations.Nullable;

/** Range checks with one wording. Comparisons are written so that NaN fails them. */
final class Ranges {

    private Ranges() {}

    static void ratio(String name, @Nullable Double value) {
        if (value != null && !(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", it must lie in [0, 1]");
        }
    }

    static void positiveRatio(String name, @Nullable Double value) {
        positiveRatio(name, value, "1 means no cap");
    }

    static void positiveRatio(String name, @Nullable Double value, String meaningOfOne) {
        if (value != null && !(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", it must lie in (0, 1]; " + meaningOfOne);
        }
    }

    static void notNegative(String name, @Nullable Integer value) {
        if (value != null && value < 0) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be at least 0; 0 means no floor");
        }
    }
}
