package io.github.glimpse.eval;

/**
 * An estimate with the interval that holds the true value with 95 % confidence.
 *
 * @param value the estimate
 * @param low lower end
 * @param high upper end
 */
public record Interval(double value, double low, double high) {

    /** Half of the width. */
    public double halfWidth() {
        return (high - low) / 2;
    }
}
