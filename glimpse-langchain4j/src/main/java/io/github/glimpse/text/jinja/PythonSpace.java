package io.github.glimpse.text.jinja;

import java.util.function.IntPredicate;

/** What Python takes for a blank, and its ways to cut blanks off. They differ from Java's in a dozen characters. */
public final class PythonSpace {

    static final String ALL = "\t\n\013\f\r\034\035\036\037 \u0085\u00a0\u1680"
            + "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private PythonSpace() {}

    /** Python's {@code str.isspace} for one character. */
    public static boolean isSpace(int codePoint) {
        return ALL.indexOf(codePoint) >= 0;
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

    /** Cuts off at both ends what {@code stripped} takes. */
    static String strip(String text, IntPredicate stripped) {
        return stripRight(stripLeft(text, stripped), stripped);
    }

    /** Cuts blanks off at both ends. */
    public static String strip(String text) {
        return strip(text, PythonSpace::isSpace);
    }
}
