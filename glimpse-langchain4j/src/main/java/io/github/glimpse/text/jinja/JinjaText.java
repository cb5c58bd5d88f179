package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's string functions where Java's differ. Positions are code points, as in Python. */
final class JinjaText {

    private JinjaText() {}

    /** Whether a character ends a line for {@code str.splitlines}. */
    private static boolean isLineEnd(char unit) {
        return switch (unit) {
            case '\n', '\r', 0x0b, '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
            default -> false;
        };
    }

    /** First letter of the whole text upper case, all others lower. */
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titleCase(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    /** Python's {@code str.title}: every run of letters gets a capital. */
    static String title(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        boolean inWord = false;
        for (int index = 0; index < text.length(); ) {
            int codePoint = text.codePointAt(index);
            String letter = Character.toString(codePoint);
            titled.append(inWord ? letter.toLowerCase(Locale.ROOT) : titleCase(letter));
            inWord = isCased(codePoint);
            index += letter.length();
        }
        return titled.toString();
    }

    private static String titleCase(String letter) {
        int codePoint = letter.codePointAt(0);
        int title = Character.toTitleCase(codePoint);
        if (title != codePoint) {
            return Character.toString(title);
        }
        // Letters such as the German sharp s become two: only the first of them is a capital.
        String upper = letter.toUpperCase(Locale.ROOT);
        int first = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }

    static boolean isCased(int codePoint) {
        return Character.isUpperCase(codePoint) || Character.isLowerCase(codePoint) || Character.isTitleCase(codePoint);
    }

    static String swapCase(String text) {
        StringBuilder swapped = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> {
            String letter = Character.toString(codePoint);
            swapped.append(
                    Character.isUpperCase(codePoint)
                            ? letter.toLowerCase(Locale.ROOT)
                            : letter.toUpperCase(Locale.ROOT));
        });
        return swapped.toString();
    }

    /** {@code str.split}: by blanks where there is no separator, else by every separator. */
    static List<Object> split(JinjaRun run, String text, @Nullable String separator, long limit) {
        run.chargeScan(text.length(), separator == null ? 1 : separator.length());
        List<Object> parts = new ArrayList<>();
        String rest = separator == null ? PythonSpace.stripLeft(text, PythonSpace::isSpace) : text;
        int start = 0;
        while (separator != null || start < rest.length()) {
            int end = parts.size() == limit ? -1 : next(rest, separator, start);
            if (end < 0) {
                // Only the last part of a limited split by blanks keeps blanks, and those at its end.
                parts.add(rest.substring(start));
                break;
            }
            parts.add(rest.substring(start, end));
            run.chargeElements(1);
            start = separator == null ? skipSpace(rest, end) : end + separator.length();
        }
        return parts;
    }

    private static int next(String text, @Nullable String separator, int from) {
        if (separator != null) {
            return text.indexOf(separator, from);
        }
        for (int index = from; index < text.length(); index++) {
            if (PythonSpace.isSpace(text.charAt(index))) {
                return index;
            }
        }
        return -1;
    }

    private static int skipSpace(String text, int from) {
        int index = from;
        while (index < text.length() && PythonSpace.isSpace(text.charAt(index))) {
            index++;
        }
        return index;
    }

    /** {@code str.rsplit} with a limit: the same from the right. */
    static List<Object> splitRight(JinjaRun run, String text, @Nullable String separator, long limit) {
        run.chargeScan(text.length(), separator == null ? 1 : separator.length());
        List<Object> parts = new ArrayList<>();
        String rest = separator == null ? PythonSpace.stripRight(text, PythonSpace::isSpace) : text;
        int end = rest.length();
        while (separator != null || end > 0) {
            int start = parts.size() == limit ? -1 : previous(rest, separator, end);
            if (start < 0) {
                parts.add(rest.substring(0, end));
                break;
            }
            int width = separator == null ? 1 : separator.length();
            parts.add(rest.substring(start + width, end));
            run.chargeElements(1);
            end = separator == null ? endBeforeSpace(rest, start) : start;
        }
        Collections.reverse(parts);
        return parts;
    }

    private static int previous(String text, @Nullable String separator, int end) {
        if (separator != null) {
            return end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
        }
        for (int index = end - 1; index >= 0; index--) {
            if (PythonSpace.isSpace(text.charAt(index))) {
                return index;
            }
        }
        return -1;
    }

    private static int endBeforeSpace(String text, int from) {
        int end = from;
        while (end > 0 && PythonSpace.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    static List<Object> splitLines(JinjaRun run, String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && !isLineEnd(text.charAt(end))) {
                end++;
            }
            int next = end;
            if (end < text.length()) {
                boolean pair = text.startsWith("\r\n", end);
                next = end + (pair ? 2 : 1);
            }
            lines.add(text.substring(start, keepEnds ? next : end));
            run.chargeElements(1);
            start = next;
        }
        return lines;
    }

    /** {@code str.replace}; a negative limit means all, an empty search text matches between all characters. */
    static String replace(JinjaRun run, String text, String old, String replacement, long limit) {
        run.chargeScan(text.length(), old.length());
        StringBuilder replaced = new StringBuilder();
        int start = 0;
        int from = 0;
        long left = limit < 0 ? Long.MAX_VALUE : limit;
        while (left > 0 && from <= text.length()) {
            int found = text.indexOf(old, from);
            if (found < 0) {
                break;
            }
            run.charge((long) found - start + replacement.length());
            replaced.append(text, start, found).append(replacement);
            start = found + old.length();
            from = old.isEmpty() ? nextCodePoint(text, found) : start;
            left--;
        }
        run.charge(text.length() - start);
        return replaced.append(text, start, text.length()).toString();
    }

    private static int nextCodePoint(String text, int index) {
        return index < text.length() ? index + Character.charCount(text.codePointAt(index)) : text.length() + 1;
    }

    /** Index in code points, or -1. */
    static long codePointIndex(String text, int index) {
        return index < 0 ? -1 : text.codePointCount(0, index);
    }

    /** Fills with {@code fill} up to {@code width} code points; {@code leftShare} of two is the fill's left part. */
    static String pad(JinjaRun run, String text, long width, String fill, int leftShare) {
        long missing = Math.max(0, width - JinjaValues.length(text));
        long left = leftShare == 1 ? missing / 2 + (missing & width & 1) : missing * leftShare / 2;
        return run.repeat(fill, left) + text + run.repeat(fill, missing - left);
    }
}
