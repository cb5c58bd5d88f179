package io.github.glimpse.examples.benchmark;

import java.util.Collection;

/** What was measured several times, least first. */
@SuppressWarnings("ArrayRecordComponent") // Nobody else sees it.
record Sorted(double[] values) {

    static Sorted of(Collection<? extends Number> values) {
        return new Sorted(
                values.stream().mapToDouble(Number::doubleValue).sorted().toArray());
    }

    double least() {
        return values[0];
    }

    double most() {
        return values[values.length - 1];
    }

    /** A value that was measured: of two in the middle the larger one. */
    double middle() {
        return values[values.length / 2];
    }

    /** The value that this share of them does not exceed; NaN of none. */
    double part(double share) {
        return values.length == 0 ? Double.NaN : values[(int) Math.ceil(share * values.length) - 1];
    }
}
