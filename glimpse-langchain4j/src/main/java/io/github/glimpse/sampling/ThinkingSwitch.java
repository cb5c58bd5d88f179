package io.github.glimpse.sampling;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Switch of a reasoning model's thought: on, off, or an effort such as {@code low}, {@code medium} or {@code high}. The chat template
 * of the model decides which of them exist.
 *
 * @param value {@code on}, {@code off} or the word of the effort
 */
public record ThinkingSwitch(String value) {

    // Before the values, whose constructor reads it.
    private static final Pattern WORD = Pattern.compile("[a-z0-9_-]{1,32}");

    /** Thinks before an answer. */
    public static final ThinkingSwitch ON = new ThinkingSwitch("on");

    /** Answers at once. */
    public static final ThinkingSwitch OFF = new ThinkingSwitch("off");

    /**
     * Checks the word.
     *
     * @throws IllegalArgumentException if it is no word
     */
    public ThinkingSwitch {
        if (!WORD.matcher(value).matches()) {
            throw new IllegalArgumentException("The switch of thinking has " + value.length()
                    + " characters and is no word; say on, off, or an effort such as low, medium or high");
        }
    }

    /** On or off. */
    public static ThinkingSwitch of(boolean on) {
        return on ? ON : OFF;
    }

    /**
     * The switch that a text names: {@code true} is on, {@code false} and {@code none} are off.
     *
     * @throws IllegalArgumentException if it is no word
     */
    public static ThinkingSwitch of(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "true" -> ON;
            case "false", "none" -> OFF;
            default -> new ThinkingSwitch(word);
        };
    }

    @Override
    public String toString() {
        return value;
    }
}
