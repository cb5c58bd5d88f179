package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's string functions where Java's differ. Positions are code points, as in Python. */
final class JinjaText {

    /** What ends a line for {@code str.splitlines}. */
    private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\u000b\f\r\u001c-\u001e\u0085\\x{2028}\\x{2029}]");

    private static final Pattern BLANKS = Pattern.compile("[" + PythonSpace.ALL + "]+");

    private JinjaText() {}

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
            inWord = Character.isUpperCase(codePoint)
                    || Character.isLowerCase(codePoint)
                    || Character.isTitleCase(codePoint);
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

    /**
     * {@code str.split}: by blanks where there is no separator, else by every separator.
     *
     * @param limit how often to split at most; negative means without bound
     */
    static List<Object> split(JinjaRun run, String text, @Nullable String separator, long limit) {
        run.chargeScan(text.length(), separator == null ? 1 : separator.length());
        List<Object> parts = new ArrayList<>();
        String rest = separator == null ? PythonSpace.stripLeft(text, PythonSpace::isSpace) : text;
        Matcher found = (separator == null ? BLANKS : Pattern.compile(separator, Pattern.LITERAL)).matcher(rest);
        int start = 0;
        while (parts.size() != limit && found.find()) {
            run.chargeElements(1);
            parts.add(rest.substring(start, found.start()));
            start = found.end();
        }
        // Only the last part of a limited split by blanks keeps blanks, and those at its end.
        if (separator != null || start < rest.length()) {
            parts.add(rest.substring(start));
        }
        return parts;
    }

    /** {@code str.rsplit}: a split of the mirrored text. */
    static List<Object> splitRight(JinjaRun run, String text, @Nullable String separator, long limit) {
        List<Object> parts = split(run, mirrored(text), separator == null ? null : mirrored(separator), limit);
        parts.replaceAll(part -> mirrored((String) part));
        Collections.reverse(parts);
        return parts;
    }

    private static String mirrored(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    static List<Object> splitLines(JinjaRun run, String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        Matcher lineEnd = LINE_END.matcher(text);
        int start = 0;
        while (lineEnd.find()) {
            run.chargeElements(1);
            lines.add(text.substring(start, keepEnds ? lineEnd.end() : lineEnd.start()));
            start = lineEnd.end();
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** {@code str.replace}; a negative limit means all. */
    static String replace(JinjaRun run, String text, String old, String replacement, long limit) {
        if (old.isEmpty()) {
            throw new JinjaError("replace needs a text to look for, not an empty one");
        }
        List<Object> parts = split(run, text, old, limit);
        run.charge(text.length() + (parts.size() - 1L) * replacement.length());
        return String.join(replacement, parts.toArray(String[]::new));
    }

    /** Index in code points, or -1. */
    static long codePointIndex(String text, int index) {
        return index < 0 ? -1 : text.codePointCount(0, index);
    }
}
