package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The largest difference seen per quantity, and the tolerance that it was held against. */
public final class Differences {

    private record Entry(double largest, double tolerance, int comparisons) {}

    private final Map<String, Entry> entries = new TreeMap<>();

    /** Compares exactly; counts as difference 0. */
    public void equal(String quantity, Object actual, Object expected) {
        assertThat(actual).as(quantity).isEqualTo(expected);
        note(quantity, 0, 0);
    }

    /** Compares number by number. */
    public void close(String quantity, float[] actual, float[] expected, double tolerance) {
        assertThat(actual.length).as(quantity + ": count of values").isEqualTo(expected.length);
        double largest = 0;
        int at = -1;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            // NaN must not pass: it compares false with everything.
            if (!(difference <= largest)) {
                largest = difference;
                at = i;
            }
        }
        note(quantity, largest, tolerance);
        assertThat(largest)
                .as("%s: largest difference, at value %s of %s", quantity, at, actual.length)
                .isLessThanOrEqualTo(tolerance);
    }

    private synchronized void note(String quantity, double largest, double tolerance) {
        entries.merge(
                quantity,
                new Entry(largest, tolerance, 1),
                (a, b) -> new Entry(
                        Math.max(a.largest, b.largest),
                        Math.max(a.tolerance, b.tolerance),
                        a.comparisons + b.comparisons));
    }

    /** One line per quantity. */
    public String table(String title) {
        StringBuilder table = new StringBuilder(title).append(System.lineSeparator());
        entries.forEach((quantity, entry) -> table.append(String.format(
                Locale.ROOT,
                "  %-34s largest difference %-10s allowed %-8s compared %d%n",
                quantity,
                number(entry.largest),
                number(entry.tolerance),
                entry.comparisons)));
        return table.toString();
    }

    private static String number(double value) {
        return value == 0 ? "0 (equal)" : String.format(Locale.ROOT, "%.2e", value);
    }

    public static int[] ints(com.fasterxml.jackson.databind.JsonNode array) {
        int[] values = new int[array.size()];
        Arrays.setAll(values, i -> array.get(i).intValue());
        return values;
    }
}
