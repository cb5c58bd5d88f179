package io.github.glimpse.answer;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Spelling of values in tool calls. */
enum Dialect {
    /** Strict JSON. */
    JSON,
    /** Literals of Python, without prefixes, tuples and implicit concatenation; JSON's words too. */
    PYTHON,
    /** Gemma's mappings: bare keys, strings between {@code <|"|>}. */
    GEMMA;

    private static final Map<String, String> JSON_WORDS = Map.of("true", "true", "false", "false", "null", "null");
    private static final Map<String, String> ALL_WORDS =
            Map.of("true", "true", "false", "false", "null", "null", "True", "true", "False", "false", "None", "null");

    /** Whether the output differs from the input, so that blanks between tokens are left out. */
    boolean isTranslated() {
        return this != JSON;
    }

    /** The JSON of a word; null if it is none. */
    @Nullable
    String word(CharSequence word) {
        return words().get(word.toString());
    }

    boolean isWordBeginning(CharSequence begun) {
        return words().keySet().stream().anyMatch(word -> word.startsWith(begun.toString()));
    }

    private Map<String, String> words() {
        return this == JSON ? JSON_WORDS : ALL_WORDS;
    }
}
