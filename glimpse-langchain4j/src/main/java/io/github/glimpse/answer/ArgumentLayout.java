package io.github.glimpse.answer;

import java.util.List;

/**
 * Spelling of a call's arguments in a format.
 *
 * @param values how values are spelled
 * @param beforeKey text before each key
 * @param beforeText text between a key and a value that is a text
 * @param beforeOther text between a key and any other value
 * @param afterValue text after each value
 * @param between text between two arguments
 * @param ends texts that end a value wherever they occur in it, so that no value has one of them
 */
public record ArgumentLayout(
        Values values,
        String beforeKey,
        String beforeText,
        String beforeOther,
        String afterValue,
        String between,
        List<String> ends) {

    /** A JSON object. */
    static final ArgumentLayout JSON = object(Values.JSON, List.of());

    /** Spelling of values. */
    public enum Values {
        /** The arguments are a JSON object; the other texts of the layout are not used. */
        JSON,
        /** The arguments are a mapping of Gemma; the other texts of the layout are not used. */
        GEMMA,
        /** Texts are unquoted, all others JSON. The schema tells them apart. */
        TEXT,
        /** The same, and the call says which they are. */
        DECLARED,
        /** Texts are literals of Python, all others JSON or the words of Python. */
        PYTHON
    }

    /** Copies the list. */
    public ArgumentLayout {
        ends = List.copyOf(ends);
    }

    static ArgumentLayout object(Values values, List<String> ends) {
        return new ArgumentLayout(values, "", "", "", "", "", ends);
    }

    /** Tags around keys and values, whose text is not quoted. */
    static ArgumentLayout tags(String beforeKey, String beforeValue, String afterValue, List<String> ends) {
        return new ArgumentLayout(Values.TEXT, beforeKey, beforeValue, beforeValue, afterValue, "", ends);
    }
}
