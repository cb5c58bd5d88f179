package io.github.glimpse.prune;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A strategy's own options as a user wrote them ({@code glimpse.pruning.options.*}). A strategy reads all that it knows when
 * it is made; what nobody read is then refused by {@link #checkAllRead()}. For one thread.
 */
public final class StrategyOptions {

    private final String strategy;
    private final Map<String, String> values;
    private final Set<String> known = new TreeSet<>();

    private StrategyOptions(String strategy, Map<String, String> values) {
        this.strategy = strategy;
        this.values = new TreeMap<>(values);
    }

    /** No options. */
    public static StrategyOptions none(String strategy) {
        return new StrategyOptions(strategy, Map.of());
    }

    /**
     * Options of a strategy.
     *
     * @param strategy its name, for messages
     */
    public static StrategyOptions of(String strategy, Map<String, String> values) {
        return new StrategyOptions(strategy, values);
    }

    /**
     * A whole number.
     *
     * @throws IllegalArgumentException if it is none or out of its range
     */
    public int integer(String key, int standard, int least, int most) {
        return Math.toIntExact(wholeNumber(key, standard, least, most));
    }

    /**
     * A whole number of 64 bits, such as a seed.
     *
     * @throws IllegalArgumentException if it is none or out of its range
     */
    public long wholeNumber(String key, long standard, long least, long most) {
        String text = read(key);
        if (text == null) {
            return standard;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refusal(key, text, "a whole number from " + least + " to " + most, e);
        }
        throw refusal(key, text, "a whole number from " + least + " to " + most, null);
    }

    /**
     * A number.
     *
     * @throws IllegalArgumentException if it is none or out of its range
     */
    public double number(String key, double standard, double least, double most) {
        String text = read(key);
        if (text == null) {
            return standard;
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refusal(key, text, "a number from " + least + " to " + most, e);
        }
        throw refusal(key, text, "a number from " + least + " to " + most, null);
    }

    /**
     * True or false.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public boolean flag(String key, boolean standard) {
        return Boolean.parseBoolean(text(key, Boolean.toString(standard), "true", "false"));
    }

    /**
     * A word.
     *
     * @param allowed the words that there are; none allows any
     * @throws IllegalArgumentException if it is not allowed
     */
    public String text(String key, String standard, String... allowed) {
        String text = read(key);
        if (text == null) {
            return standard;
        }
        if (allowed.length > 0 && !Arrays.asList(allowed).contains(text)) {
            throw refusal(key, text, "one of " + String.join(", ", allowed), null);
        }
        return text;
    }

    /** Whether the user set an option; counts as read. */
    public boolean has(String key) {
        return read(key) != null;
    }

    /**
     * Refuses options that the strategy does not know. The engine calls it when the strategy is made.
     *
     * @throws IllegalArgumentException if there are any; the message names those that there are
     */
    public void checkAllRead() {
        for (String key : values.keySet()) {
            if (known.stream().noneMatch(name -> sameKey(name, key))) {
                throw new IllegalArgumentException("The pruning strategy '" + strategy + "' has no option '" + key
                        + "'; " + (known.isEmpty() ? "it has none" : "it has " + String.join(", ", known)));
            }
        }
    }

    /**
     * Whether two keys are one, however dashes and capitals are set: variables of the environment, as {@code
     * GLIMPSE_PRUNING_OPTIONS_MINRATIO}, have neither.
     */
    public static boolean sameKey(String one, String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(String key) {
        return key.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    private @Nullable String read(String key) {
        known.add(key);
        List<String> given =
                values.keySet().stream().filter(name -> sameKey(name, key)).toList();
        if (given.size() > 1) {
            throw new IllegalArgumentException("The option '" + key + "' of the pruning strategy '" + strategy
                    + "' is given more than once: " + String.join(", ", given) + "; leave one of them");
        }
        return given.isEmpty() ? null : values.getOrDefault(given.get(0), "").strip();
    }

    private IllegalArgumentException refusal(
            String key, String text, String wanted, @Nullable NumberFormatException cause) {
        return new IllegalArgumentException(
                "The option '" + key + "' of the pruning strategy '" + strategy + "' is '" + text + "', it must be "
                        + wanted,
                cause);
    }
}
