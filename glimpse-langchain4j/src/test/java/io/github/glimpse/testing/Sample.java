package io.github.glimpse.testing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * Cases of a large table that the default build runs: at least one for each value of each given property, the first ones that
 * have it. The profile {@code thorough} runs all cases, and so does a run with {@code -Dglimpse.fixtures} or another property that
 * names the cases.
 */
public final class Sample {

    private static final List<String> NAMED =
            List.of("glimpse.fixtures", "glimpse.strategyFixtures", "glimpse.constrained");

    private Sample() {}

    /** Whether this run has all cases of all tables. */
    public static boolean isWhole() {
        return Boolean.getBoolean("glimpse.thorough")
                || NAMED.stream().anyMatch(name -> !System.getProperty(name, "").isBlank());
    }

    /**
     * Cases to run, in the given order. Prints how many there are.
     *
     * @param table name of the table, for the printed line
     * @param properties of which each value must occur
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public static <T> List<T> of(String table, List<T> cases, Function<? super T, ?>... properties) {
        if (isWhole()) {
            return cases;
        }
        List<T> chosen = covering(cases, properties);
        System.out.printf(Locale.ROOT, "%s: %d of %d cases; -Pthorough runs all%n", table, chosen.size(), cases.size());
        return chosen;
    }

    /** The default build's cases, whatever this run has. */
    @SafeVarargs
    public static <T> List<T> covering(List<T> cases, Function<? super T, ?>... properties) {
        Set<List<?>> seen = new HashSet<>();
        List<T> chosen = new ArrayList<>();
        for (T each : cases) {
            boolean isNew = false;
            for (int property = 0; property < properties.length; property++) {
                for (Object value : values(properties[property].apply(each))) {
                    isNew |= seen.add(List.of(property, value));
                }
            }
            if (isNew) {
                chosen.add(each);
            }
        }
        return chosen;
    }

    /** A property with several values is a collection. */
    private static Collection<?> values(Object value) {
        return value instanceof Collection<?> several ? several : List.of(value);
    }

    /** A number of random inputs: the first in the default build, the second in the profile. */
    public static int count(int sample, int thorough) {
        return Boolean.getBoolean("glimpse.thorough") ? thorough : sample;
    }
}
