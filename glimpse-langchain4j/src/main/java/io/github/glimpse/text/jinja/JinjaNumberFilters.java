package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
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
        return JinjaValues.length(value);
    }

    private static Object toInt(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("int", 0, "default", "base");
        if (value instanceof JinjaUndefined undefined) {
            throw undefined.error();
        }
        if (value instanceof String text) {
            Long whole = parseInt(text, (int) JinjaValues.wholeNumber(arguments.get(1, "base", 10L), "base"));
            if (whole != null) {
                return whole;
            }
        }
        Double real = real(value);
        if (real == null || real.isNaN() || real.isInfinite()) {
            return arguments.get(0, "default", 0L);
        }
        if (JinjaValues.number(value) instanceof Long whole) {
            return whole;
        }
        if (Math.abs(real) >= 0x1p63) {
            throw new JinjaError("a whole number does not fit into 64 bits");
        }
        return real.longValue();
    }

    private static Object toFloat(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("float", 0, "default");
        if (value instanceof JinjaUndefined undefined) {
            throw undefined.error();
        }
        Double real = real(value);
        return real == null ? arguments.get(0, "default", 0.0) : real;
    }

    private static @Nullable Double real(Object value) {
        Number number = JinjaValues.number(value);
        if (number != null) {
            return number.doubleValue();
        }
        return value instanceof String text ? parseFloat(text) : null;
    }

    private static @Nullable Long parseInt(String text, int base) {
        String digits = PythonSpace.strip(text).toLowerCase(Locale.ROOT);
        String sign = digits.startsWith("-") ? "-" : "";
        digits = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
        String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
        if (!prefix.isEmpty() && digits.startsWith(prefix)) {
            digits = digits.substring(2);
        }
        boolean signed = digits.startsWith("-") || digits.startsWith("+");
        if (signed || digits.startsWith("_") || digits.endsWith("_") || digits.contains("__")) {
            return null;
        }
        try {
            return Long.valueOf(sign + digits.replace("_", ""), base);
        } catch (NumberFormatException notWhole) {
            return null;
        }
    }

    private static @Nullable Double parseFloat(String text) {
        String digits = PythonSpace.strip(text).toLowerCase(Locale.ROOT);
        String unsigned = digits.startsWith("-") || digits.startsWith("+") ? digits.substring(1) : digits;
        double sign = digits.startsWith("-") ? -1 : 1;
        if (unsigned.equals("inf") || unsigned.equals("infinity")) {
            return sign * Double.POSITIVE_INFINITY;
        }
        if (unsigned.equals("nan")) {
            return Double.NaN;
        }
        // Java also reads hexadecimal floats and a type letter at the end.
        boolean python = unsigned.chars().allMatch(unit -> "0123456789.e+-_".indexOf(unit) >= 0)
                && !unsigned.startsWith("_")
                && !unsigned.endsWith("_")
                && !unsigned.contains("__");
        try {
            return python ? Double.valueOf(digits.replace("_", "")) : null;
        } catch (NumberFormatException notReal) {
            return null;
        }
    }

    private static Object absolute(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("abs", 0);
        Number number = number(value, "abs");
        boolean negative = number.doubleValue() < 0;
        return JinjaOperators.sign(number, negative);
    }

    private static Number number(Object value, String filter) {
        if (value instanceof JinjaUndefined undefined) {
            throw undefined.error();
        }
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
