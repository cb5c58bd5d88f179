package io.github.glimpse.documents;

import java.lang.Character.UnicodeScript;
import java.util.Set;

/**
 * Characters of words: invisible characters and bidirectional controls are removed, as they make words that look equal
 * differ, and hide text from the reader of a page. Joiners stay between letters of scripts that need them, variation
 * selectors after the character that they vary.
 */
final class WordCharacters {

    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;
    private static final int SOFT_CONTROLS_PLANE = 14;
    private static final int BITS_OF_PLANE = 16;
    private static final int LAST_ASCII = 0x7f;

    /** Visible characters of the category format: signs that enclose the digits after them. */
    private static final Set<Integer> VISIBLE_FORMATS =
            Set.of(0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0x110bd, 0x110cd);

    /** Invisible characters of other categories: grapheme joiner, fillers, inherent vowels, empty braille cell. */
    private static final Set<Integer> INVISIBLE = Set.of(0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0);

    /** Scripts whose letters have neither joiners between them nor variants. */
    private static final Set<UnicodeScript> PLAIN_SCRIPTS =
            Set.of(UnicodeScript.LATIN, UnicodeScript.GREEK, UnicodeScript.CYRILLIC);

    private WordCharacters() {}

    /** Whether a character ends a word: blanks, and separators of lines and paragraphs. */
    static boolean isSeparator(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }

    /** Appends a character, unless it is invisible there. */
    static void append(StringBuilder word, int character) {
        if (isVisible(character) || isPartOf(word, character)) {
            word.appendCodePoint(character);
        }
    }

    /** The word without joiners at its end, which join nothing. */
    static String end(StringBuilder word) {
        while (!word.isEmpty() && isJoiner(word.charAt(word.length() - 1))) {
            word.setLength(word.length() - 1);
        }
        return word.toString();
    }

    private static boolean isVisible(int character) {
        if (INVISIBLE.contains(character)
                || isVariationSelector(character)
                || character >> BITS_OF_PLANE == SOFT_CONTROLS_PLANE
                || isNoncharacter(character)) {
            return false;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.SURROGATE -> false;
            case Character.FORMAT -> VISIBLE_FORMATS.contains(character);
            default -> true;
        };
    }

    /** Whether a character that is invisible alone changes the one before it. */
    private static boolean isPartOf(StringBuilder word, int character) {
        if (word.isEmpty()) {
            return false;
        }
        int before = word.codePointBefore(word.length());
        if (isVariationSelector(before) && isVariationSelector(character)) {
            return false;
        }
        if (isJoiner(before) || PLAIN_SCRIPTS.contains(UnicodeScript.of(before))) {
            return false;
        }
        if (isVariationSelector(character)) {
            return character >> BITS_OF_PLANE == 0 || UnicodeScript.of(before) == UnicodeScript.HAN;
        }
        return isJoiner(character) && before > LAST_ASCII;
    }

    private static boolean isJoiner(int character) {
        return character == ZERO_WIDTH_JOINER || character == ZERO_WIDTH_NON_JOINER;
    }

    private static boolean isVariationSelector(int character) {
        return (character >= 0xfe00 && character <= 0xfe0f)
                || (character >= 0x180b && character <= 0x180f && character != 0x180e)
                || (character >= 0xe0100 && character <= 0xe01ef);
    }

    private static boolean isNoncharacter(int character) {
        return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
    }
}
