package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that make a number of their value. */
final class JinjaNumberFilters {

    static final Map<String, JinjaFilters.Filter> FILTERS = Map.of(
            "int", JinjaNumberFilters::toInt,
            "float", JinjaNumberFilters::toFloat,
            "abs", JinjaNumberFilters::absolute,
            "round", JinjaNumberFilters::round,
            "length", JinjaNumberFilters::length,
            "count", JinjaNumberFilters::length);

    private static final int MAX_ROUND_DIGITS = 400;

    private JinjaNumberFilters() {}

    private static Object length(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("length", 0);
        return JinjaValues.length(run, value);
    }

    private static Object toInt(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("int", 0, "default");
        Number number = parsed(value);
        if (number instanceof Double real && (real.isNaN() || real.isInfinite())) {
            number = null;
        }
        if (number == null) {
            return arguments.get(0, "default", 0L);
        }
        return number instanceof Double real ? (Object) JinjaOperators.whole(real) : number;
    }

    private static Object toFloat(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("float", 0, "default");
        Number number = parsed(value);
        return number == null ? arguments.get(0, "default", 0.0) : number.doubleValue();
    }

    /** A number as it is or as Python reads it from a text, or null. */
    private static @Nullable Number parsed(Object value) {
        JinjaUndefined.check(value);
        if (!(value instanceof String text)) {
            return JinjaValues.number(value);
        }
        String digits = PythonSpace.strip(text).toLowerCase(Locale.ROOT).replaceAll("(?<=[0-9])_(?=[0-9])", "");
        if (digits.matches("[-+]?(inf|infinity|nan)")) {
            return digits.endsWith("nan")
                    ? Double.NaN
                    : digits.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (digits.matches("[-+]?[0-9]{1,19}") && new BigInteger(digits).bitLength() < Long.SIZE) {
            return Long.valueOf(digits);
        }
        // Java also reads hexadecimal floats and a type letter at the end.
        return digits.matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[-+]?[0-9]+)?") ? Double.valueOf(digits) : null;
    }

    private static Object absolute(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("abs", 0);
        Number number = number(value, "abs");
        return JinjaOperators.sign(number, number.doubleValue() < 0);
    }

    private static Number number(Object value, String filter) {
        JinjaUndefined.check(value);
        Number number = JinjaValues.number(value);
        if (number == null) {
            throw new JinjaError(filter + " needs a number, not " + JinjaValues.typeName(value));
        }
        return number;
    }

    private static Object round(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("round", 0, "precision", "method");
        Number number = number(value, "round");
        long precision = JinjaValues.wholeNumber(arguments.get(0, "precision", 0L), "precision");
        Object method = arguments.get(1, "method", "common");
        if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
            throw new JinjaError("method must be common, ceil or floor");
        }
        if (method.equals("common")) {
            return halfEven(number, precision);
        }
        double scale = Math.pow(10, (double) precision);
        double scaled = number.doubleValue() * scale;
        return (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
    }

    private static Object halfEven(Number number, long precision) {
        if (number instanceof Long && precision >= 0) {
            return number;
        }
        double real = number.doubleValue();
        if (Double.isNaN(real) || Double.isInfinite(real) || Math.abs(precision) > MAX_ROUND_DIGITS) {
            return number;
        }
        BigDecimal exact = number instanceof Long ? BigDecimal.valueOf(number.longValue()) : new BigDecimal(real);
        BigDecimal rounded = exact.setScale((int) precision, RoundingMode.HALF_EVEN);
        return number instanceof Long
                ? (Object) rounded.longValue()
                : (Object) Math.copySign(rounded.doubleValue(), real);
    }
}
