package io.github.glimpse.answer;

/** Blanks and line breaks, the only characters that count as white space around tags. */
final class Blanks {

    private Blanks() {}

    static boolean isBlank(char unit) {
        return unit == ' ' || unit == '\n' || unit == '\t' || unit == '\r';
    }

    static boolean isBlank(CharSequence text) {
        for (int index = 0; index < text.length(); index++) {
            if (!isBlank(text.charAt(index))) {
                return false;
            }
        }
        return true;
    }

    static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }
}
