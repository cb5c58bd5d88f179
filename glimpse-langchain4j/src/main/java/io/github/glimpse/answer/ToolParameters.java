package io.github.glimpse.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reader of unquoted values by the types of a tool's parameters.
 *
 * <p>Not safe for concurrent use.
 */
final class ToolParameters {

    private static final Set<String> NOT_NUMBERS = Set.of("NaN", "Infinity", "-Infinity");

    /** Digits to which an integer with an exponent is written out; a larger one remains as written. */
    private static final int MAX_DIGITS = 1000;

    private static final int MAX_EXPONENT_CHARACTERS = 6;

    private final ParameterTypes types;
    private final Work work;
    private final Map<String, Set<ParameterType>> known = new HashMap<>();

    ToolParameters(JsonNode schema, Work work) {
        types = new ParameterTypes(schema);
        this.work = work;
    }

    /** The value as JSON by the parameter's types; null if it is NaN or an infinity where no text may be. */
    @Nullable
    String json(String parameter, String raw) {
        Set<ParameterType> allowed = known.computeIfAbsent(parameter, types::of);
        work.examine(raw.length());
        if (allowed.isEmpty() || allowed.equals(EnumSet.of(ParameterType.STRING))) {
            return ArgumentJson.quoted(raw);
        }
        String value = Blanks.strip(raw);
        boolean numeric = allowed.contains(ParameterType.INTEGER) || allowed.contains(ParameterType.NUMBER);
        if (numeric && !allowed.contains(ParameterType.STRING) && NOT_NUMBERS.contains(value)) {
            return null;
        }
        for (ParameterType type : allowed) {
            String json = typed(type, value);
            if (json != null) {
                return json;
            }
        }
        work.examine(raw.length());
        return ArgumentJson.quoted(raw);
    }

    private @Nullable String typed(ParameterType type, String value) {
        return switch (type) {
            case NULL -> value.equals("null") || value.equals("None") ? "null" : null;
            case BOOLEAN ->
                value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")
                        ? value.toLowerCase(Locale.ROOT)
                        : null;
            case INTEGER -> integer(value);
            case NUMBER -> isNumber(value) ? value : null;
            case OBJECT -> structure('{', value);
            case ARRAY -> structure('[', value);
            case STRING -> null;
        };
    }

    private boolean isNumber(String value) {
        boolean may = !value.isEmpty() && (value.charAt(0) == '-' || Character.isDigit(value.charAt(0)));
        work.examine(may ? value.length() : 1);
        return may && NumberReader.isNumber(value);
    }

    private @Nullable String integer(String value) {
        if (!isNumber(value)) {
            return null;
        }
        int exponent = Math.max(value.indexOf('e'), value.indexOf('E'));
        if (exponent < 0 && value.indexOf('.') < 0) {
            return value;
        }
        if (value.length() > MAX_DIGITS || (exponent >= 0 && value.length() - exponent > MAX_EXPONENT_CHARACTERS)) {
            return null;
        }
        BigDecimal number = new BigDecimal(value).stripTrailingZeros();
        if (number.scale() > 0 || number.precision() - number.scale() > MAX_DIGITS) {
            return null;
        }
        return number.toBigIntegerExact().toString();
    }

    private @Nullable String structure(char bracket, String value) {
        if (value.isEmpty() || value.charAt(0) != bracket) {
            return null;
        }
        work.examine(value.length());
        return ArgumentJson.value(value);
    }
}
