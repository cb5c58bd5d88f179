package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Prints values as Python's {@code str()} and {@code repr()} do. */
final class JinjaPrinter {

    /** Python writes floats from this decimal exponent on, and below the other, in scientific form. */
    private static final int MAX_PLAIN_EXPONENT = 15;

    private static final int MIN_PLAIN_EXPONENT = -4;
    private static final int MAX_DIGITS = 17;

    private final JinjaRun run;
    private final StringBuilder out = new StringBuilder();

    private JinjaPrinter(JinjaRun run) {
        this.run = run;
    }

    /** What {@code {{ value }}} writes. */
    static String text(JinjaRun run, Object value) {
        if (value instanceof String text) {
            return text;
        }
        return value instanceof JinjaUndefined ? "" : represent(run, value);
    }

    static String represent(JinjaRun run, Object value) {
        JinjaPrinter printer = new JinjaPrinter(run);
        printer.print(value, 0);
        return printer.out.toString();
    }

    private void print(Object value, int depth) {
        run.step();
        if (value instanceof String text) {
            append(quote(text));
        } else if (value instanceof Boolean flag) {
            append(flag ? "True" : "False");
        } else if (value instanceof Double number) {
            append(floatText(number));
        } else if (value == JinjaNone.NONE) {
            append("None");
        } else if (value instanceof List<?> list) {
            printItems("[", list, "]", JinjaRun.deeper(depth));
        } else if (value instanceof JinjaTuple tuple) {
            printItems("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", JinjaRun.deeper(depth));
        } else if (value instanceof Map<?, ?> map) {
            printMap(map, JinjaRun.deeper(depth));
        } else if (value instanceof JinjaDictView view) {
            append(view.name() + "(");
            printItems("[", view.items(), "]", JinjaRun.deeper(depth));
            append(")");
        } else if (value instanceof JinjaNamespace namespace) {
            append("<Namespace ");
            printMap(namespace.attributes(), JinjaRun.deeper(depth));
            append(">");
        } else {
            append(otherText(value));
        }
    }

    private static String otherText(Object value) {
        if (value instanceof JinjaUndefined) {
            return "Undefined";
        }
        if (value instanceof JinjaRange range) {
            String step = range.step() == 1 ? "" : ", " + range.step();
            return "range(" + range.start() + ", " + range.stop() + step + ")";
        }
        if (value instanceof JinjaLoop loop) {
            return "<LoopContext " + loop.index() + "/" + loop.length() + ">";
        }
        if (value instanceof JinjaMacro macro) {
            return "<Macro " + (macro.isAnonymous() ? "anonymous" : quote(macro.name())) + ">";
        }
        return value instanceof Long ? value.toString() : "<" + JinjaValues.typeName(value) + ">";
    }

    private void printItems(String open, List<?> items, String close, int depth) {
        append(open);
        String separator = "";
        for (Object item : items) {
            append(separator);
            print(item, depth);
            separator = ", ";
        }
        append(close);
    }

    private void printMap(Map<?, ?> map, int depth) {
        append("{");
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            print(entry.getKey(), depth);
            append(": ");
            print(entry.getValue(), depth);
            append(entries.hasNext() ? ", " : "");
        }
        append("}");
    }

    private void append(String text) {
        run.charge(text.length());
        out.append(text);
    }

    /** A string in Python's quotes. */
    static String quote(String text) {
        char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder(text.length() + 2).append(mark);
        text.codePoints().forEach(codePoint -> appendQuoted(quoted, codePoint, mark));
        return quoted.append(mark).toString();
    }

    private static void appendQuoted(StringBuilder quoted, int codePoint, char mark) {
        switch (codePoint) {
            case '\n' -> quoted.append("\\n");
            case '\r' -> quoted.append("\\r");
            case '\t' -> quoted.append("\\t");
            case '\\' -> quoted.append("\\\\");
            default -> {
                if (codePoint == mark) {
                    quoted.append('\\').append(mark);
                } else if (isPrintable(codePoint)) {
                    quoted.appendCodePoint(codePoint);
                } else {
                    quoted.append(escape(codePoint));
                }
            }
        }
    }

    private static String escape(int codePoint) {
        String digits = Integer.toHexString(codePoint);
        if (codePoint <= 0xff) {
            return "\\x" + "0".repeat(2 - digits.length()) + digits;
        }
        return codePoint <= 0xffff
                ? "\\u" + "0".repeat(4 - digits.length()) + digits
                : "\\U" + "0".repeat(8 - digits.length()) + digits;
    }

    /** The mark is let through: as an escape sequence it would show up in the prompt. */
    private static boolean isPrintable(int codePoint) {
        if (codePoint == ' ' || codePoint == JinjaTemplate.MARK) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Shortest digits that give the same double again, in Python's form. */
    static String floatText(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        String sign = number < 0 || 1 / number < 0 ? "-" : "";
        if (number == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(number));
        String digits = shortest.unscaledValue().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        digits = digits.replaceAll("0+$", "");
        return sign + (isPlain(exponent) ? plain(digits, exponent) : scientific(digits, exponent));
    }

    // Double.toString of JDK 17 does not always find the shortest digits.
    private static BigDecimal shortest(double number) {
        BigDecimal exact = new BigDecimal(number);
        for (int digits = 1; digits < MAX_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == number) {
                return rounded;
            }
        }
        return exact.round(new MathContext(MAX_DIGITS, RoundingMode.HALF_EVEN));
    }

    private static boolean isPlain(int exponent) {
        return exponent >= MIN_PLAIN_EXPONENT && exponent <= MAX_PLAIN_EXPONENT;
    }

    private static String plain(String digits, int exponent) {
        if (exponent < 0) {
            return "0." + "0".repeat(-exponent - 1) + digits;
        }
        if (digits.length() <= exponent + 1) {
            return digits + "0".repeat(exponent + 1 - digits.length()) + ".0";
        }
        return digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
    }

    private static String scientific(String digits, int exponent) {
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String power = Integer.toString(Math.abs(exponent));
        return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (power.length() < 2 ? "0" : "") + power;
    }
}
