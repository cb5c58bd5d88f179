package io.github.glimpse.constrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Reads a regular expression. Takes what Java, Python, Rust and ECMA-262 mean alike; where they differ in which characters
 * a class takes in, the class takes in what all of them do, so that whatever is written is valid for each.
 */
final class TextPatternReader {

    private static final int MOST_DEPTH = 64;
    private static final int MOST_REPETITIONS = 10_000;

    private static final CodePoints DIGITS = CodePoints.range('0', '9');
    private static final CodePoints WORDS = CodePoints.ranges('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    private static final CodePoints BLANKS = CodePoints.of('\t', '\n', 0x0B, '\f', '\r', ' ');

    private final String text;
    private int at;
    private int depth;

    private TextPatternReader(String text) {
        this.text = text;
    }

    /**
     * Reads it.
     *
     * @throws PatternException if it is none, or says what is not understood
     */
    static TextPattern read(String text) {
        TextPatternReader reader = new TextPatternReader(text);
        TextPattern pattern = reader.choice();
        if (reader.at < text.length()) {
            throw reader.refused("has a ')' without a '('");
        }
        return pattern;
    }

    /** What is wrong with a pattern, as the end of a sentence. */
    static final class PatternException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        PatternException(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** All that any of the dialects takes for a digit, a word's character or a blank, in any version of Unicode. */
    private static final class AnyDialect {

        static final CodePoints DIGITS = beyondAscii(
                        kind -> kind == Character.DECIMAL_DIGIT_NUMBER || kind == Character.UNASSIGNED)
                .or(TextPatternReader.DIGITS);

        static final CodePoints WORDS = beyondAscii(AnyDialect::mayBeOfAWord).or(TextPatternReader.WORDS);

        static final CodePoints BLANKS = CodePoints.ranges(
                '\t', '\r', 0x1C, ' ', 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x180E, 0x180E, 0x2000, 0x200A, 0x2028,
                0x2029, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);

        private static boolean mayBeOfAWord(int kind) {
            return switch (kind) {
                case Character.DASH_PUNCTUATION,
                        Character.START_PUNCTUATION,
                        Character.END_PUNCTUATION,
                        Character.INITIAL_QUOTE_PUNCTUATION,
                        Character.FINAL_QUOTE_PUNCTUATION,
                        Character.OTHER_PUNCTUATION,
                        Character.MATH_SYMBOL,
                        Character.CURRENCY_SYMBOL,
                        Character.MODIFIER_SYMBOL,
                        Character.SPACE_SEPARATOR,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.CONTROL,
                        Character.PRIVATE_USE -> false;
                default -> true;
            };
        }

        private static CodePoints beyondAscii(IntPredicate kinds) {
            int[] pairs = new int[16];
            int count = 0;
            for (int point = 0x80; point <= CodePoints.LAST; point++) {
                if (!kinds.test(Character.getType(point))) {
                    continue;
                }
                if (count > 0 && pairs[count - 1] == point - 1) {
                    pairs[count - 1] = point;
                    continue;
                }
                pairs = count == pairs.length ? Arrays.copyOf(pairs, 2 * count) : pairs;
                pairs[count++] = point;
                pairs[count++] = point;
            }
            return CodePoints.rising(Arrays.copyOf(pairs, count));
        }
    }

    private PatternException refused(String what) {
        return new PatternException(what + " near character " + at);
    }

    private boolean has(char unit) {
        return at < text.length() && text.charAt(at) == unit;
    }

    private boolean take(String expected) {
        if (!text.startsWith(expected, at)) {
            return false;
        }
        at += expected.length();
        return true;
    }

    private TextPattern choice() {
        if (++depth > MOST_DEPTH) {
            throw refused("is nested deeper than " + MOST_DEPTH);
        }
        List<TextPattern> parts = new ArrayList<>();
        do {
            parts.add(sequence());
        } while (take("|"));
        depth--;
        return parts.size() == 1 ? parts.get(0) : new TextPattern.Choice(parts);
    }

    private TextPattern sequence() {
        List<TextPattern> parts = new ArrayList<>();
        while (at < text.length() && !has('|') && !has(')')) {
            TextPattern atom = atom();
            parts.add(repeated(atom));
        }
        return parts.size() == 1 ? parts.get(0) : new TextPattern.Sequence(parts);
    }

    private TextPattern repeated(TextPattern atom) {
        int least;
        int most = TextPattern.UNLIMITED;
        if (take("*")) {
            least = 0;
        } else if (take("+")) {
            least = 1;
        } else if (take("?")) {
            least = 0;
            most = 1;
        } else if (take("{")) {
            least = number();
            most = least;
            if (take(",")) {
                most = has('}') ? TextPattern.UNLIMITED : number();
            }
            if (!take("}") || most < least) {
                throw refused("has a repetition that is none");
            }
        } else {
            return atom;
        }
        if (atom instanceof TextPattern.Begin || atom instanceof TextPattern.End) {
            throw refused("repeats an anchor");
        }
        // Which of several matches is taken makes no difference to whether there is one.
        take("?");
        if (has('*') || has('+') || has('?') || has('{')) {
            throw refused("has a repetition of a repetition");
        }
        return new TextPattern.Repeat(atom, least, most);
    }

    private int number() {
        int value = 0;
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            value = 10 * value + text.charAt(at++) - '0';
            if (value > MOST_REPETITIONS) {
                throw refused("repeats more than " + MOST_REPETITIONS + " times");
            }
        }
        if (from == at) {
            throw refused("has a '{' that begins no repetition; write \\{ for the character");
        }
        return value;
    }

    private TextPattern atom() {
        if (take("(")) {
            return group();
        }
        if (take("[")) {
            return new TextPattern.Chars(characterClass());
        }
        if (take(".")) {
            return new TextPattern.Chars(CodePoints.of('\n').not());
        }
        if (take("^")) {
            return new TextPattern.Begin();
        }
        if (take("$")) {
            return new TextPattern.End();
        }
        if (take("\\")) {
            return new TextPattern.Chars(escape(false));
        }
        if (has('*') || has('+') || has('?') || has('{')) {
            throw refused("repeats nothing");
        }
        return new TextPattern.Chars(CodePoints.of(point()));
    }

    private TextPattern group() {
        if (take("?")) {
            if (take("<") && !has('=') && !has('!')) {
                int end = text.indexOf('>', at);
                if (end < 0) {
                    throw refused("has a group whose name does not end");
                }
                at = end + 1;
            } else if (!take(":")) {
                throw refused("looks around or sets flags, which is not supported");
            }
        }
        TextPattern inner = choice();
        if (!take(")")) {
            throw refused("has a '(' without a ')'");
        }
        return inner;
    }

    private int point() {
        int point = text.codePointAt(at);
        if (point >= 0xD800 && point <= 0xDFFF) {
            throw refused("has half a surrogate pair");
        }
        at += Character.charCount(point);
        return point;
    }

    private CodePoints characterClass() {
        boolean negated = take("^");
        if (has(']')) {
            throw refused("has a class that begins with ']', which dialects read differently; write \\]");
        }
        Set<CodePoints> parts = new HashSet<>();
        while (!has(']')) {
            if (at >= text.length()) {
                throw refused("has a '[' without a ']'");
            }
            parts.add(classPart(negated));
        }
        at++;
        CodePoints points = CodePoints.anyOf(parts);
        return negated ? points.not() : points;
    }

    private CodePoints classPart(boolean negated) {
        if (has('[') || text.startsWith("&&", at)) {
            throw refused("has a '[' or '&&' in a class, which dialects read differently; write \\[ or \\&");
        }
        CodePoints low = take("\\") ? escape(negated) : CodePoints.of(point());
        if (!has('-') || at + 1 >= text.length() || text.charAt(at + 1) == ']') {
            return low;
        }
        at++;
        CodePoints high = take("\\") ? escape(negated) : CodePoints.of(point());
        boolean single = low.runCount() == 1
                && high.runCount() == 1
                && low.first(0) == low.last(0)
                && high.first(0) == high.last(0);
        if (!single || low.first(0) > high.first(0)) {
            throw refused("has a range in a class that is none");
        }
        return CodePoints.range(low.first(0), high.first(0));
    }

    /** Behind a backslash. In a negated class a class stands for all that any dialect takes into it. */
    private CodePoints escape(boolean negated) {
        if (at >= text.length()) {
            throw refused("ends in a backslash");
        }
        int point = point();
        return switch (point) {
            case 'd' -> negated ? AnyDialect.DIGITS : DIGITS;
            case 'w' -> negated ? AnyDialect.WORDS : WORDS;
            case 's' -> negated ? AnyDialect.BLANKS : BLANKS;
            case 'D' -> (negated ? DIGITS : AnyDialect.DIGITS).not();
            case 'W' -> (negated ? WORDS : AnyDialect.WORDS).not();
            case 'S' -> (negated ? BLANKS : AnyDialect.BLANKS).not();
            case 'n' -> CodePoints.of('\n');
            case 't' -> CodePoints.of('\t');
            case 'r' -> CodePoints.of('\r');
            case 'f' -> CodePoints.of('\f');
            case 'x' -> CodePoints.of(hexadecimal(2));
            case 'u' -> CodePoints.of(hexadecimal(4));
            default -> {
                if (point >= 0x80 || Character.isLetterOrDigit(point)) {
                    throw refused(
                            "has the escape '\\" + Character.toString(point)
                                    + "', which is not supported (word boundaries, back references and Unicode classes are not)");
                }
                yield CodePoints.of(point);
            }
        };
    }

    private int hexadecimal(int digits) {
        int value = 0;
        for (int index = 0; index < digits; index++) {
            int digit = at < text.length() && text.charAt(at) < 0x80 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw refused("has an escape without its " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
            at++;
        }
        if (value >= 0xD800 && value <= 0xDFFF) {
            throw refused("has half a surrogate pair");
        }
        return value;
    }
}
