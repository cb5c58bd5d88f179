package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Digits of numbers in the forms that Python's format letters name. */
final class JinjaNumberFormat {

    /** Digits after the point that a template may ask for. */
    private static final int MAX_PRECISION = 100;

    private static final int DEFAULT_PRECISION = 6;

    private JinjaNumberFormat() {}

    /**
     * @param type      Python's format letter, or {@code r} for the shortest form of a float
     * @param precision digits after the point, or -1 for as many as Python writes
     * @param alternate whether the base is written before digits of another base than ten
     */
    static String digits(Number number, char type, int precision, boolean alternate) {
        if (precision > MAX_PRECISION) {
            throw new JinjaError("a number is to have more than " + MAX_PRECISION + " digits after the point");
        }
        return switch (type) {
            case 'd', 'n' -> whole(number, type).toString();
            case 'x', 'X', 'o', 'b' -> radix(whole(number, type), type, alternate);
            case 'c' -> character(whole(number, type));
            case 'r' -> JinjaPrinter.floatText(number.doubleValue());
            case '%' -> fixed(number.doubleValue() * 100, precision) + "%";
            case 'f', 'F' -> fixed(number.doubleValue(), precision);
            case 'e', 'E', 'g', 'G' -> scientific(number.doubleValue(), precision, type);
            default -> throw new JinjaError("unknown format code '" + type + "'");
        };
    }

    private static String character(long codePoint) {
        if (codePoint < 0 || codePoint > Character.MAX_CODE_POINT) {
            throw new JinjaError("a number is no character");
        }
        return Character.toString((int) codePoint);
    }

    private static Long whole(Number number, char type) {
        if (number instanceof Long whole) {
            return whole;
        }
        throw new JinjaError("the format code '" + type + "' does not fit a float");
    }

    private static String radix(long number, char type, boolean alternate) {
        int radix = type == 'o' ? 8 : type == 'b' ? 2 : 16;
        String prefix = alternate ? "0" + type : "";
        String digits = Long.toString(number, radix);
        String text = digits.startsWith("-") ? "-" + prefix + digits.substring(1) : prefix + digits;
        return type == 'X' ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String fixed(double number, int precision) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return JinjaPrinter.floatText(number);
        }
        int digits = precision < 0 ? DEFAULT_PRECISION : precision;
        String text =
                new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        boolean negative = number < 0 || 1 / number < 0;
        return negative && !text.startsWith("-") ? "-" + text : text;
    }

    private static String scientific(double number, int precision, char type) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return JinjaPrinter.floatText(number);
        }
        int digits = precision < 0 ? DEFAULT_PRECISION : precision;
        boolean general = type == 'g' || type == 'G';
        int fraction = general ? Math.max(digits, 1) - 1 : digits;
        String text = String.format(Locale.ROOT, "%." + fraction + "e", number);
        if (general) {
            int exponent = Integer.parseInt(text.substring(text.indexOf('e') + 1));
            boolean plain = exponent >= -4 && exponent <= fraction;
            text = plain ? withoutZeros(fixed(number, fraction - exponent)) : shortened(text);
        }
        return Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String shortened(String scientific) {
        int exponent = scientific.indexOf('e');
        return withoutZeros(scientific.substring(0, exponent)) + scientific.substring(exponent);
    }

    private static String withoutZeros(String digits) {
        if (digits.indexOf('.') < 0) {
            return digits;
        }
        String cut = PythonSpace.stripRight(digits, unit -> unit == '0');
        return cut.endsWith(".") ? cut.substring(0, cut.length() - 1) : cut;
    }

    /** Puts a separator between the thousands of the whole part. */
    static String group(String digits, char separator) {
        int point = digits.indexOf('.');
        int end = point < 0 ? digits.length() : point;
        List<String> groups = new ArrayList<>();
        for (int stop = end; stop > 0; stop -= 3) {
            groups.add(0, digits.substring(Math.max(0, stop - 3), stop));
        }
        return String.join(Character.toString(separator), groups) + digits.substring(end);
    }
}
