package io.github.glimpse.constrain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads schemas, and spells values in the one way in which names and constants are written. */
final class JsonText {

    static final int MOST_DEPTH = 64;

    private static final int MOST_CHARACTERS = 1 << 20;

    /** A schema nests two levels of JSON for one of its own. */
    private static final int MOST_NESTING = 4 * MOST_DEPTH;

    private static final int MOST_DIGITS = 100;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_NESTING)
                            .maxStringLength(MOST_CHARACTERS)
                            .maxNumberLength(MOST_DIGITS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonText() {}

    /**
     * Reads a schema's text.
     *
     * @throws InvalidConstraintException if it is too long, too deep or no JSON
     */
    static JsonNode read(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new InvalidConstraintException("The JSON schema has " + text.length() + " characters, the limit is "
                    + MOST_CHARACTERS + "; make it smaller");
        }
        try {
            JsonNode node = JSON.readTree(text);
            if (node == null || node.isMissingNode()) {
                throw new InvalidConstraintException("The JSON schema is empty; write true for any value");
            }
            return node;
        } catch (JsonProcessingException | NumberFormatException | ArithmeticException invalid) {
            throw new InvalidConstraintException(
                    "The JSON schema is no valid JSON, names something twice, nests deeper than " + MOST_NESTING
                            + " levels, or has a number of more than " + MOST_DIGITS + " digits" + place(invalid)
                            + "; mend it",
                    invalid);
        }
    }

    private static String place(Exception invalid) {
        JsonLocation location = invalid instanceof JsonProcessingException known ? known.getLocation() : null;
        return location == null ? "" : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** Whether the text is one JSON value and nothing else. */
    static boolean isValue(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            int depth = 0;
            int values = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                values += depth == 0 ? 1 : 0;
            }
            return values == 1;
        } catch (IOException invalid) {
            return false;
        }
    }

    /** What a JSON string says; null if the text is none. */
    static @Nullable String string(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
        } catch (IOException invalid) {
            return null;
        }
    }

    /** A string between quotes: quotes, backslashes and controls escaped, controls with capital digits. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int index = 0; index < text.length(); index++) {
            char unit = text.charAt(index);
            int known = "\"\\\b\f\n\r\t".indexOf(unit);
            if (known >= 0) {
                quoted.append('\\').append("\"\\bfnrt".charAt(known));
            } else if (unit < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04X", (int) unit));
            } else {
                quoted.append(unit);
            }
        }
        return quoted.append('"').toString();
    }

    /** A value that is no string, array or object. */
    static String spelled(JsonNode value) {
        if (!value.isNumber()) {
            return value.toString();
        }
        BigDecimal exact = value.decimalValue();
        if (value.isIntegralNumber()) {
            return value.bigIntegerValue().toString();
        }
        // As a double is written where it is the same number: 1e2 is 100.0
        double near = exact.doubleValue();
        boolean same = !Double.isInfinite(near) && new BigDecimal(Double.toString(near)).compareTo(exact) == 0;
        return same ? Double.toString(near) : exact.toString();
    }

    /** Whether the text has half a surrogate pair, which no bytes stand for. */
    static boolean isBroken(String text) {
        return !StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
