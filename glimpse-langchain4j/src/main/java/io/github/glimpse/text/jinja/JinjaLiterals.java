package io.github.glimpse.text.jinja;

import io.github.glimpse.text.jinja.JinjaToken.Kind;

/** Numbers and strings as a template writes them. */
final class JinjaLiterals {

    private JinjaLiterals() {}

    /** The number that starts at a digit; its text is kept as written. */
    static JinjaToken number(String source, int start, int line) {
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        int whole = digits(source, start);
        int end = whole;
        if (!afterDot) {
            if (end + 1 < source.length() && source.charAt(end) == '.' && isDigit(source, end + 1)) {
                end = digits(source, end + 1);
            }
            end = exponent(source, end);
        }
        if (end > whole) {
            return new JinjaToken(Kind.FLOAT, source.substring(start, end), line);
        }
        return new JinjaToken(Kind.INTEGER, source.substring(start, integerEnd(source, start, whole)), line);
    }

    private static int integerEnd(String source, int start, int decimalEnd) {
        if (source.charAt(start) != '0') {
            return decimalEnd;
        }
        char base = start + 1 < source.length() ? Character.toLowerCase(source.charAt(start + 1)) : ' ';
        String allowed = base == 'x' ? "0123456789abcdefABCDEF" : base == 'o' ? "01234567" : base == 'b' ? "01" : "0";
        int end = start + (allowed.length() == 1 ? 1 : 2);
        int first = end;
        while (end < source.length()) {
            boolean underscore = source.charAt(end) == '_' && end + 1 < source.length();
            int digit = underscore ? end + 1 : end;
            if (allowed.indexOf(source.charAt(digit)) < 0) {
                break;
            }
            end = digit + 1;
        }
        return end == first && allowed.length() > 1 ? start + 1 : end;
    }

    /** Past digits that single underscores may part. */
    private static int digits(String source, int start) {
        int end = start;
        while (isDigit(source, end) || (end > start && source.charAt(end - 1) != '_' && isUnderscore(source, end))) {
            end++;
        }
        return end;
    }

    private static boolean isUnderscore(String source, int index) {
        return index + 1 < source.length() && source.charAt(index) == '_' && isDigit(source, index + 1);
    }

    private static boolean isDigit(String source, int index) {
        return index < source.length() && source.charAt(index) >= '0' && source.charAt(index) <= '9';
    }

    private static int exponent(String source, int start) {
        if (start >= source.length() || Character.toLowerCase(source.charAt(start)) != 'e') {
            return start;
        }
        boolean signed = start + 1 < source.length() && "+-".indexOf(source.charAt(start + 1)) >= 0;
        int first = start + (signed ? 2 : 1);
        return isDigit(source, first) ? digits(source, first) : start;
    }

    /** The value of an integer token. */
    static Long integer(JinjaToken token) {
        String digits = token.text().replace("_", "");
        char base = digits.length() > 1 ? Character.toLowerCase(digits.charAt(1)) : ' ';
        int radix = base == 'x' ? 16 : base == 'o' ? 8 : base == 'b' ? 2 : 10;
        try {
            return Long.valueOf(radix == 10 ? digits : digits.substring(2), radix);
        } catch (NumberFormatException tooLarge) {
            throw JinjaParser.syntaxError(token.line(), "an integer does not fit into 64 bits");
        }
    }

    /** Resolves the escape sequences of a Python string; unknown ones stay as they are. */
    static String unescape(String text, int line) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int index = 0;
        while (index < text.length()) {
            char unit = text.charAt(index++);
            if (unit != '\\' || index == text.length()) {
                plain.append(unit);
                continue;
            }
            char escape = text.charAt(index++);
            int simple = "abfnrtv\\'\"".indexOf(escape);
            if (simple >= 0) {
                plain.append("\007\b\f\n\r\t\013\\'\"".charAt(simple));
            } else if (escape >= '0' && escape <= '7') {
                int end = index;
                while (end < text.length() && end < index + 2 && text.charAt(end) >= '0' && text.charAt(end) <= '7') {
                    end++;
                }
                plain.append((char) Integer.parseInt(text, index - 1, end, 8));
                index = end;
            } else if (escape == 'x' || escape == 'u' || escape == 'U') {
                int width = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                plain.appendCodePoint(codePoint(text, index, width, line));
                index += width;
            } else if (escape == 'N') {
                index = named(text, index, plain, line);
            } else if (escape != '\n') {
                plain.append('\\').append(escape);
            }
        }
        return plain.toString();
    }

    private static int codePoint(String text, int start, int width, int line) {
        int codePoint = -1;
        if (start + width <= text.length()
                && text.substring(start, start + width).chars().allMatch(unit -> Character.digit(unit, 16) >= 0)) {
            long value = Long.parseLong(text, start, start + width, 16);
            codePoint = value <= Character.MAX_CODE_POINT ? (int) value : -1;
        }
        if (codePoint < 0) {
            throw JinjaParser.syntaxError(line, "a string has a broken escape sequence");
        }
        return codePoint;
    }

    private static int named(String text, int start, StringBuilder plain, int line) {
        int end = text.indexOf('}', start);
        try {
            if (end > start && text.charAt(start) == '{') {
                plain.appendCodePoint(Character.codePointOf(text.substring(start + 1, end)));
                return end + 1;
            }
        } catch (IllegalArgumentException unknown) {
            throw JinjaParser.syntaxError(line, "a string names an unknown character");
        }
        throw JinjaParser.syntaxError(line, "a string has a broken escape sequence");
    }
}
