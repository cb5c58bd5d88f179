package io.github.glimpse.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON text of arguments: quoting, unquoting, and objects whose keys occur once. */
final class ArgumentJson {

    /** Nesting that common JSON libraries read by default, less the levels around the arguments. */
    static final int MAX_DEPTH = 500;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(2 * MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final String ESCAPED = "\"\\\b\f\n\r\t";
    private static final String ESCAPES = "\"\\bfnrt";
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private ArgumentJson() {}

    /**
     * Writes valid JSON again so that each key occurs once, with its last value. JSON with a number whose exponent no
     * decimal number can have stays as it is.
     */
    static String withoutRepeatedKeys(String json) {
        try {
            return JSON.writeValueAsString(JSON.readTree(json));
        } catch (NumberFormatException tooLarge) {
            return json;
        } catch (JsonProcessingException invalid) {
            throw new IllegalStateException("Arguments of a tool call were read as JSON but are none", invalid);
        }
    }

    /** An object of members that are JSON already. */
    static String object(Map<String, String> members) {
        StringBuilder json = new StringBuilder("{");
        members.forEach((key, value) -> json.append(json.length() > 1 ? ", " : "")
                .append(quoted(key))
                .append(": ")
                .append(value));
        return json.append('}').toString();
    }

    /** A text that is one JSON value, each key once and without blanks around it; null for any other text. */
    static @Nullable String value(String text) {
        ValueReader reader = new ValueReader(Dialect.JSON);
        for (int index = 0; index < text.length(); index++) {
            Step step = reader.take(text.charAt(index));
            if (step == Step.DONE || step == Step.BEFORE) {
                String rest = text.substring(step == Step.DONE ? index + 1 : index);
                return Blanks.isBlank(rest) ? Blanks.strip(reader.value()) : null;
            }
            if (step == Step.FAIL) {
                return null;
            }
        }
        // The end ends a number or a word
        return reader.take(' ') == Step.BEFORE ? Blanks.strip(reader.value()) : null;
    }

    static String quoted(CharSequence text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int index = 0; index < text.length(); index++) {
            appendEscaped(quoted, text.charAt(index));
        }
        return quoted.append('"').toString();
    }

    static void appendEscaped(StringBuilder target, char unit) {
        int known = ESCAPED.indexOf(unit);
        if (known >= 0) {
            target.append('\\').append(ESCAPES.charAt(known));
        } else if (unit < ' ') {
            target.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
        } else {
            target.append(unit);
        }
    }

    /** The text of a valid JSON string, or null if the JSON is another value. */
    static @Nullable String unquoted(CharSequence json) {
        if (json.length() < 2 || json.charAt(0) != '"') {
            return null;
        }
        StringBuilder text = new StringBuilder(json.length());
        for (int index = 1; index < json.length() - 1; index++) {
            char unit = json.charAt(index);
            if (unit != '\\') {
                text.append(unit);
                continue;
            }
            char escape = json.charAt(++index);
            if (escape == 'u') {
                text.append((char) Integer.parseInt(json, index + 1, index + 1 + HEX_DIGITS, HEX));
                index += HEX_DIGITS;
            } else {
                int known = ESCAPES.indexOf(escape);
                text.append(known < 0 ? escape : ESCAPED.charAt(known));
            }
        }
        return text.toString();
    }
}
