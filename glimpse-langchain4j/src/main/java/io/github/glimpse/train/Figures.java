package io.github.glimpse.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers besides the loss, averaged over a step. Not safe for concurrent use. */
public final class Figures {

    private record Sum(double total, long count) {}

    private final Map<String, Sum> sums = new LinkedHashMap<>();

    /** Makes an empty collection. */
    public Figures() {}

    /** Adds a value of one sample; what is not a number is left out. */
    public void add(String name, double value) {
        if (!Double.isNaN(value)) {
            sums.merge(name, new Sum(value, 1), (a, b) -> new Sum(a.total() + b.total(), a.count() + b.count()));
        }
    }

    /** The averages by name, in the order of their first values. */
    public Map<String, Double> averages() {
        Map<String, Double> averages = new LinkedHashMap<>();
        sums.forEach((name, sum) -> averages.put(name, sum.total() / sum.count()));
        return averages;
    }
}
