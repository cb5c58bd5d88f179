package io.github.glimpse.eval;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** The plain normalisation of answers: one form of letters, lower case, single spaces, no full stop at the end. */
final class AnswerText {

    private static final Pattern SPACES = Pattern.compile("\\s+");

    private static final Pattern ANY_SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private AnswerText() {}

    /** Lower case and single spaces. */
    static String lowerCase(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFKC);
        return SPACES.matcher(composed.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    }

    /** Lower case and single spaces as published evaluations have them: letters keep their form. */
    static String asWritten(String text) {
        return ANY_SPACES.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    }

    /** Besides without full stops at the end. */
    static String normal(String text) {
        String normal = lowerCase(text);
        int end = normal.length();
        while (end > 0 && normal.charAt(end - 1) == '.') {
            end--;
        }
        return normal.substring(0, end).strip();
    }
}
