package io.github.glimpse.text.jinja;

import java.util.function.IntPredicate;

/** What Python takes for a blank, and its ways to cut blanks off. They differ from Java's in a dozen characters. */
public final class PythonSpace {

    private PythonSpace() {}

    /** Python's {@code str.isspace} for one character. */
    public static boolean isSpace(int codePoint) {
        return switch (codePoint) {
            case '\t', '\n', 0x0b, '\f', '\r', 0x1c, 0x1d, 0x1e, 0x1f, ' ', 0x85, 0xa0, 0x1680 -> true;
            case 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
            default -> codePoint >= 0x2000 && codePoint <= 0x200a;
        };
    }

    /** Cuts off what {@code stripped} takes at the start. */
    public static String stripLeft(String text, IntPredicate stripped) {
        int start = 0;
        while (start < text.length() && stripped.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    /** Cuts off what {@code stripped} takes at the end. */
    public static String stripRight(String text, IntPredicate stripped) {
        int end = text.length();
        while (end > 0 && stripped.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    /** Cuts blanks off at both ends. */
    public static String strip(String text) {
        return stripRight(stripLeft(text, PythonSpace::isSpace), PythonSpace::isSpace);
    }
}
