package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ObjIntConsumer;

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
        } else if (value instanceof JinjaTuple tuple) {
            printItems("(", tuple, tuple.size() == 1 ? ",)" : ")", depth);
        } else if (value instanceof List<?> list && !(list instanceof JinjaRange)) {
            printItems("[", list, "]", depth);
        } else if (value instanceof JinjaDictView view) {
            printItems(view.name() + "([", view, "])", depth);
        } else if (value instanceof Map<?, ?> map) {
            printMap("{", map, "}", depth);
        } else if (value instanceof JinjaNamespace namespace) {
            printMap("<Namespace {", namespace.attributes(), "}>", depth);
        } else {
            append(otherText(value));
        }
    }

    private static String otherText(Object value) {
        if (value instanceof JinjaUndefined) {
            return "Undefined";
        }
        if (value instanceof JinjaLoop loop) {
            return "<LoopContext " + loop.index() + "/" + loop.length() + ">";
        }
        if (value instanceof JinjaMacro macro) {
            return "<Macro " + (macro.isAnonymous() ? "anonymous" : quote(macro.name())) + ">";
        }
        return value instanceof Long
                        || value instanceof BigInteger
                        || value instanceof BigDecimal
                        || value instanceof JinjaRange
                ? value.toString()
                : "<" + JinjaValues.typeName(value) + ">";
    }

    private void printItems(String open, Collection<?> items, String close, int depth) {
        printAll(open, items, close, depth, this::print);
    }

    private void printMap(String open, Map<?, ?> map, String close, int depth) {
        printAll(open, map.entrySet(), close, depth, (entry, inner) -> {
            print(entry.getKey(), inner);
            append(": ");
            print(entry.getValue(), inner);
        });
    }

    private <T> void printAll(
            String open, Collection<T> items, String close, int depth, ObjIntConsumer<? super T> printer) {
        int inner = JinjaRun.deeper(depth);
        append(open);
        String separator = "";
        for (T item : items) {
            append(separator);
            printer.accept(item, inner);
            separator = ", ";
        }
        append(close);
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
        String form = codePoint <= 0xff ? "\\x%02x" : codePoint <= 0xffff ? "\\u%04x" : "\\U%08x";
        return String.format(Locale.ROOT, form, codePoint);
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
        BigDecimal shortest = shortest(Math.abs(number)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= MIN_PLAIN_EXPONENT && exponent <= MAX_PLAIN_EXPONENT) {
            return sign + shortest.toPlainString() + (shortest.scale() <= 0 ? ".0" : "");
        }
        String digits = shortest.unscaledValue().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return sign + digits.charAt(0) + fraction + String.format(Locale.ROOT, "e%+03d", exponent);
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
}
