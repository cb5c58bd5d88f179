package io.github.glimpse;

/**
 * Text from untrusted input in a form that is safe in a log line or an error message: one line, no control or format
 * characters, bounded.
 */
public final class PrintableText {

    private static final int MAX_CHARACTERS = 2_000;

    private PrintableText() {}

    /** Escapes control, format, line and paragraph separator characters, and cuts texts after 2,000 characters. */
    public static String of(String text) {
        return of(text, MAX_CHARACTERS);
    }

    /** Like {@link #of(String)} with another limit of characters of {@code text}. */
    public static String of(String text, int maxCharacters) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), maxCharacters));
        for (int index = 0; index < text.length(); ) {
            if (index >= maxCharacters) {
                return line.append('…').toString();
            }
            int character = text.codePointAt(index);
            if (isPrintable(character)) {
                line.appendCodePoint(character);
            } else {
                line.append("\\u{").append(Integer.toHexString(character)).append('}');
            }
            index += Character.charCount(character);
        }
        return line.toString();
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
