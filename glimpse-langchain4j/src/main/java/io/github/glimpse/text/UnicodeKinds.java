package io.github.glimpse.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of code points as the reference tokenizers library knows them, from {@code unicode-kinds.txt}.
 *
 * <p>Not {@link Character}'s: its edition of Unicode changes with the Java that runs, and the library's parts each have
 * one of their own. A letter that one of them does not know would be cut elsewhere than the model learned it.
 */
final class UnicodeKinds {

    /** General categories by their bit in a mask; the order of their names in the file. */
    private static final List<String> CATEGORIES = List.of(
            "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
            "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co");

    private static final byte[] CATEGORY = new byte[Character.MAX_CODE_POINT + 1];
    private static final Map<String, BitSet> SETS = new HashMap<>();
    private static final Map<Integer, String> LOWER = new HashMap<>();

    static {
        readLines("unicode-kinds.txt", UnicodeKinds::take);
    }

    private static final BitSet WORD = set("word");
    private static final BitSet NUMERIC = set("numeric");
    private static final BitSet BERT_PUNCTUATION = set("bertPunctuation");
    private static final BitSet BERT_CONTROL = set("bertControl");
    private static final BitSet BERT_MARK = set("bertMark");
    private static final BitSet ACCENT = set("accent");
    private static final BitSet CHINESE = set("chinese");

    private UnicodeKinds() {}

    /** Gives each line of a file beside this class, split at its blanks. */
    static void readLines(String file, Consumer<String[]> reader) {
        try (InputStream in = Objects.requireNonNull(UnicodeKinds.class.getResourceAsStream(file), file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reader.accept(line.split(" ", -1));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void take(String[] line) {
        int category = CATEGORIES.indexOf(line[0]);
        if (line[0].equals("lower")) {
            LOWER.put(Integer.parseInt(line[1], 16), text(line, 2));
        } else if (category >= 0) {
            eachRun(line, 1, (first, last) -> java.util.Arrays.fill(CATEGORY, first, last + 1, (byte) (category + 1)));
        } else {
            BitSet set = new BitSet();
            eachRun(line, 1, (first, last) -> set.set(first, last + 1));
            SETS.put(line[0], set);
        }
    }

    /** A stretch of code points. */
    interface Run {
        void between(int first, int last);
    }

    static void eachRun(String[] line, int from, Run run) {
        for (int index = from; index < line.length; index++) {
            String word = line[index];
            int dash = word.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? word : word.substring(0, dash), 16);
            run.between(first, dash < 0 ? first : Integer.parseInt(word.substring(dash + 1), 16));
        }
    }

    /** The text that the words from {@code from} on spell in hexadecimal. */
    static String text(String[] line, int from) {
        StringBuilder text = new StringBuilder();
        for (int index = from; index < line.length; index++) {
            text.appendCodePoint(Integer.parseInt(line[index], 16));
        }
        return text.toString();
    }

    private static BitSet set(String name) {
        return Objects.requireNonNull(SETS.get(name), name);
    }

    /** The bits of a category such as {@code Lu}, or of all that begin with a letter such as {@code L}; 0 if unknown. */
    static int mask(String name) {
        int mask = 0;
        for (int index = 0; index < CATEGORIES.size(); index++) {
            if (CATEGORIES.get(index).equals(name)
                    || (name.length() == 1 && CATEGORIES.get(index).startsWith(name))) {
                mask |= 1 << (index + 1);
            }
        }
        return mask;
    }

    /** Whether a code point is of one of the categories; those that are not assigned are of none. */
    static boolean isOf(int codePoint, int mask) {
        return (mask >>> CATEGORY[codePoint] & 1) != 0;
    }

    /** The property White_Space, which no edition has changed since long. */
    static boolean isSpace(int codePoint) {
        return switch (codePoint) {
            case ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> (codePoint >= 9 && codePoint <= 13) || (codePoint >= 0x2000 && codePoint <= 0x200A);
        };
    }

    /** {@code \w}. */
    static boolean isWord(int codePoint) {
        return WORD.get(codePoint);
    }

    /** Numbers of any script, fractions included. */
    static boolean isNumeric(int codePoint) {
        return NUMERIC.get(codePoint);
    }

    static boolean isBertPunctuation(int codePoint) {
        return BERT_PUNCTUATION.get(codePoint);
    }

    /** What BERT's cleaning takes out. */
    static boolean isBertControl(int codePoint) {
        return BERT_CONTROL.get(codePoint);
    }

    /** The marks that BERT's normaliser takes for accents. */
    static boolean isBertMark(int codePoint) {
        return BERT_MARK.get(codePoint);
    }

    /** The marks that {@code StripAccents} takes out. */
    static boolean isAccent(int codePoint) {
        return ACCENT.get(codePoint);
    }

    /** What BERT's normaliser puts blanks around. */
    static boolean isChinese(int codePoint) {
        return CHINESE.get(codePoint);
    }

    /** The lower case of a code point, or null if that is itself. */
    static @Nullable String lower(int codePoint) {
        return LOWER.get(codePoint);
    }
}
