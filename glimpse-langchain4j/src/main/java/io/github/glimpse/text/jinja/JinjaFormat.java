package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code "%s" % value} and {@code "{}".format(value)}, with the conversions s, r, d, i, f and x. */
final class JinjaFormat {

    /** Digits after the point that a template may ask for. */
    private static final int MAX_PRECISION = 100;

    private static final int DEFAULT_PRECISION = 6;

    /** Name, flags, width, precision, conversion. */
    private static final Pattern PERCENT =
            Pattern.compile("%(?:\\(([^()]*)\\))?([-+ 0]*)([0-9]{0,18})(?:\\.([0-9]{0,18}))?(.?)", Pattern.DOTALL);

    /** A doubled brace, a field of name, conversion and specification, or a brace that stands alone. */
    private static final Pattern FIELD = Pattern.compile("\\{\\{|}}|\\{([^{}:!]*)(?:!([sr]))?(?::([^{}]*))?}|[{}]");

    /** Fill, alignment, sign, zero, width, grouping, precision, conversion. */
    private static final Pattern SPEC = Pattern.compile(
            "(?:(.)?([<>^=]))?([-+ ]?)(0?)([0-9]{0,18})(,?)(?:\\.([0-9]{1,18}))?([sdfx]?)", Pattern.DOTALL);

    /**
     * How a value is to be written.
     *
     * @param fill      what fills up to the width
     * @param align     '&lt;', '&gt;', '^', '=' (between sign and digits), or empty for the type's own
     * @param sign      '+' or ' ' before numbers that are not negative, or empty
     * @param width     least number of characters
     * @param grouped   whether a comma parts thousands
     * @param precision digits after the point or characters of a text, or -1
     * @param type      the conversion, or empty
     */
    private record Spec(
            String fill, String align, String sign, long width, boolean grouped, int precision, String type) {}

    private JinjaFormat() {}

    /** {@code "{} {name}".format(…)}: numbered, automatic and named fields, {@code !r}, {@code !s}, specifications. */
    static String braces(JinjaRun run, String format, JinjaArguments arguments) {
        int[] automatic = {0};
        return FIELD.matcher(format).replaceAll(field -> {
            String text = field.group();
            if (text.equals("{{") || text.equals("}}")) {
                return text.substring(1);
            }
            String name = field.group(1);
            if (name == null) {
                throw new JinjaError("single '" + text + "' in a format string");
            }
            Object value = fieldValue(name.isEmpty() ? Integer.toString(automatic[0]++) : name, arguments);
            if (field.group(2) != null) {
                value = field.group(2).equals("s") ? JinjaPrinter.text(run, value) : JinjaPrinter.represent(run, value);
            }
            return written(run, formatted(run, value, field.group(3) == null ? "" : field.group(3)));
        });
    }

    /** {@code "%d %s" % value}: a tuple gives the values of several places, a dict those of named ones. */
    static String percent(JinjaRun run, String format, Object value) {
        run.charge(format.length());
        List<Object> values = value instanceof JinjaTuple tuple ? tuple : List.of(value);
        int[] next = {0};
        String text = PERCENT.matcher(format).replaceAll(place -> {
            if (place.group(5).equals("%")) {
                return "%";
            }
            Object shown;
            if (place.group(1) == null) {
                shown = next[0] < values.size() ? values.get(next[0]++) : null;
            } else {
                shown = value instanceof Map<?, ?> map ? map.get(place.group(1)) : null;
                next[0] = values.size();
            }
            if (shown == null) {
                throw new JinjaError("a format string asks for a value that it does not get");
            }
            return written(run, converted(run, shown, place));
        });
        // What can be indexed passes for a dict here, as in Python.
        boolean indexed = value instanceof Map || (value instanceof List && !(value instanceof JinjaTuple));
        if (next[0] < values.size() && !indexed && !(value instanceof JinjaUndefined)) {
            throw new JinjaError("not all arguments converted during string formatting");
        }
        return text;
    }

    private static String written(JinjaRun run, String text) {
        run.charge(text.length());
        return Matcher.quoteReplacement(text);
    }

    private static Object fieldValue(String name, JinjaArguments arguments) {
        List<Object> positional = arguments.positional();
        int index = name.matches("[0-9]{1,5}") ? Integer.parseInt(name) : -1;
        Object value =
                index < 0 ? arguments.named().get(name) : index < positional.size() ? positional.get(index) : null;
        if (value == null) {
            throw new JinjaError("a format string asks for '" + name + "', which it does not get");
        }
        return value;
    }

    private static int precision(@Nullable String digits) {
        if (digits == null) {
            return -1;
        }
        long precision = digits.isEmpty() ? 0 : Long.parseLong(digits);
        if (precision > MAX_PRECISION) {
            throw new JinjaError("a value is to have more than " + MAX_PRECISION + " characters after the point");
        }
        return (int) precision;
    }

    private static long width(String digits) {
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    /** A value as a place of a percent format wants it. */
    private static String converted(JinjaRun run, Object value, MatchResult place) {
        String flags = place.group(2);
        String type = place.group(5);
        if (type.isEmpty() || "srdifx".indexOf(type) < 0) {
            throw new JinjaError(
                    "a format string ends in a place, or has '%" + type + "', which is none of %s %r %d %i %f %x");
        }
        boolean isText = type.equals("s") || type.equals("r");
        boolean left = flags.contains("-");
        boolean zeros = flags.contains("0") && !left && !isText;
        Spec spec = new Spec(
                zeros ? "0" : " ",
                left ? "<" : zeros ? "=" : ">",
                flags.contains("+") ? "+" : flags.contains(" ") ? " " : "",
                width(place.group(3)),
                false,
                precision(place.group(4)),
                type.equals("i") ? "d" : type);
        if (isText) {
            return text(
                    run, type.equals("s") ? JinjaPrinter.text(run, value) : JinjaPrinter.represent(run, value), spec);
        }
        Number number = JinjaValues.number(value);
        if (number == null) {
            throw new JinjaError("%" + type + " needs a number, not " + JinjaValues.typeName(value));
        }
        boolean cut = spec.type().equals("d") && number instanceof Double;
        return number(run, cut ? JinjaOperators.whole(number.doubleValue()) : number, spec);
    }

    /** A value as the specification of a field in braces wants it. */
    private static String formatted(JinjaRun run, Object value, String specification) {
        Matcher parts = SPEC.matcher(specification);
        if (!parts.matches()) {
            throw new JinjaError("a format specification is not understood; conversions are s, d, f and x");
        }
        boolean zeros = !parts.group(4).isEmpty();
        Spec spec = new Spec(
                parts.group(1) != null ? parts.group(1) : zeros ? "0" : " ",
                parts.group(2) != null ? parts.group(2) : zeros ? "=" : "",
                parts.group(3).equals("-") ? "" : parts.group(3),
                width(parts.group(5)),
                !parts.group(6).isEmpty(),
                precision(parts.group(7)),
                parts.group(8));
        // Without any specification Python writes a value as it prints it.
        Number number = specification.isEmpty() ? null : JinjaValues.number(value);
        if (number != null) {
            return number(run, number, spec);
        }
        boolean isText = spec.type().isEmpty() || spec.type().equals("s");
        boolean forNumbers = !parts.group(3).isEmpty() || spec.grouped() || "=".equals(parts.group(2));
        if (!specification.isEmpty() && (!(value instanceof String) || !isText || forNumbers)) {
            throw unfit(value);
        }
        return text(run, JinjaPrinter.text(run, value), spec);
    }

    private static JinjaError unfit(Object value) {
        return new JinjaError("a format specification does not fit " + JinjaValues.typeName(value));
    }

    private static String text(JinjaRun run, String text, Spec spec) {
        boolean cut = spec.precision() >= 0 && spec.precision() < JinjaValues.length(text);
        String shown = cut ? text.substring(0, text.offsetByCodePoints(0, spec.precision())) : text;
        return pad(run, "", shown, spec, "<");
    }

    private static String number(JinjaRun run, Number number, Spec spec) {
        double real = number.doubleValue();
        boolean negative = real < 0 || (number instanceof Double && 1 / real < 0);
        String type = !spec.type().isEmpty() ? spec.type() : number instanceof Long ? "d" : "r";
        boolean zerosInGroups =
                spec.grouped() && spec.fill().equals("0") && spec.align().equals("=");
        boolean fits =
                switch (type) {
                    case "f" -> true;
                    case "r" -> spec.precision() < 0 && !spec.grouped();
                    case "d" -> number instanceof Long && spec.precision() < 0;
                    case "x" -> number instanceof Long && spec.precision() < 0 && !spec.grouped();
                    default -> false;
                };
        if (!fits || zerosInGroups) {
            throw unfit(number);
        }
        return pad(run, negative ? "-" : spec.sign(), digits(number, type, spec), spec, ">");
    }

    /** The digits of a number without its sign. */
    private static String digits(Number number, String type, Spec spec) {
        double real = Math.abs(number.doubleValue());
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            return JinjaPrinter.floatText(real);
        }
        BigInteger whole = BigInteger.valueOf(number.longValue()).abs();
        String grouping = spec.grouped() ? "," : "";
        return switch (type) {
            case "d" -> String.format(Locale.ROOT, "%" + grouping + "d", whole);
            case "x" -> whole.toString(16);
            case "r" -> JinjaPrinter.floatText(real);
            default -> {
                int places = spec.precision() < 0 ? DEFAULT_PRECISION : spec.precision();
                BigDecimal rounded = new BigDecimal(real).setScale(places, RoundingMode.HALF_EVEN);
                yield String.format(Locale.ROOT, "%" + grouping + "." + places + "f", rounded);
            }
        };
    }

    private static String pad(JinjaRun run, String sign, String body, Spec spec, String ownAlign) {
        long missing = Math.max(0, spec.width() - sign.length() - JinjaValues.length(body));
        // Zeros before a text stand behind it.
        boolean own = spec.align().isEmpty() || (spec.align().equals("=") && ownAlign.equals("<"));
        long before =
                switch (own ? ownAlign : spec.align()) {
                    case "<" -> 0;
                    case "^" -> missing / 2;
                    default -> missing;
                };
        String fill = run.repeat(spec.fill(), before);
        String signed = spec.align().equals("=") ? sign + fill : fill + sign;
        return signed + body + run.repeat(spec.fill(), missing - before);
    }
}
