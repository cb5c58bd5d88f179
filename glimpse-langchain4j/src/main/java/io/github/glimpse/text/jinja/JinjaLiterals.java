package io.github.glimpse.text.jinja;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values of numbers and strings as a template writes them. */
final class JinjaLiterals {

    private static final Pattern ESCAPE = Pattern.compile(
            "\\\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\\{[^}]*}|[0-7]{1,3}|.)", Pattern.DOTALL);

    private JinjaLiterals() {}

    /** The value of an integer token. */
    static Long integer(JinjaToken token) {
        String digits = digits(token).toLowerCase(Locale.ROOT);
        int radix = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        try {
            return Long.valueOf(radix == 10 ? digits : digits.substring(2), radix);
        } catch (NumberFormatException tooLarge) {
            throw JinjaParser.syntaxError(token.line(), "an integer is broken or does not fit into 64 bits");
        }
    }

    /** The value of a float token. */
    static Double real(JinjaToken token) {
        try {
            return Double.valueOf(digits(token));
        } catch (NumberFormatException broken) {
            throw JinjaParser.syntaxError(token.line(), "a number is broken");
        }
    }

    /** Without the underscores that may part digits. */
    private static String digits(JinjaToken token) {
        return token.text().replaceAll("(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])", "");
    }

    /** Resolves the escape sequences of a Python string; unknown ones stay as they are. */
    static String unescape(String text, int line) {
        return ESCAPE.matcher(text).replaceAll(escape -> Matcher.quoteReplacement(resolved(escape.group(1), line)));
    }

    private static String resolved(String escape, int line) {
        try {
            return switch (escape.charAt(0)) {
                case 'x', 'u', 'U' -> Character.toString(Integer.parseInt(escape.substring(1), 16));
                case 'N' -> Character.toString(Character.codePointOf(escape.substring(2, escape.length() - 1)));
                case '0', '1', '2', '3', '4', '5', '6', '7' -> Character.toString(Integer.parseInt(escape, 8));
                case '\n' -> "";
                default -> {
                    int simple = "abfnrtv\\'\"".indexOf(escape);
                    yield simple < 0 ? "\\" + escape : "\007\b\f\n\r\t\013\\'\"".substring(simple, simple + 1);
                }
            };
        } catch (IllegalArgumentException | IndexOutOfBoundsException broken) {
            throw JinjaParser.syntaxError(line, "a string has a broken escape sequence");
        }
    }
}
