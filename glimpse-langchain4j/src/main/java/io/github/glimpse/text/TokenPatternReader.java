package io.github.glimpse.text;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.text.TokenPattern.Ending;
import io.github.glimpse.text.TokenPattern.NotBefore;
import io.github.glimpse.text.TokenPattern.Place;
import io.github.glimpse.text.TokenPattern.Repeated;
import java.util.ArrayList;
import java.util.List;

/** Reads the flat expressions of {@link TokenPattern}; what is not one of them is refused with what it is. */
final class TokenPatternReader {

    private static final int MOST_CHARACTERS = 1_000;
    private static final int MOST_PLACES = 64;
    private static final int MOST_REPEATED = 1_000;
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /** What stands in the groups of published expressions: the endings of English words. */
    private static final List<String> ENDINGS = List.of("'s", "'t", "'re", "'ve", "'m", "'ll", "'d");

    private final String source;
    private int at;
    private int places;

    private TokenPatternReader(String source) {
        this.source = source;
    }

    /**
     * Reads an expression.
     *
     * @throws ModelFilesException if it is not flat, or matches no text
     */
    static TokenPattern read(String source) {
        if (source.isEmpty()) {
            throw refused("an empty expression", source);
        }
        if (source.length() > MOST_CHARACTERS) {
            throw refused(
                    "an expression of " + source.length() + " characters, the limit is " + MOST_CHARACTERS, source);
        }
        TokenPatternReader reader = new TokenPatternReader(source);
        List<List<Place>> choices = new ArrayList<>();
        do {
            choices.add(reader.sequence());
        } while (reader.take("|"));
        if (reader.at < source.length()) {
            throw reader.unknown("'" + source.charAt(reader.at) + "'");
        }
        TokenPattern pattern = TokenPattern.expression(source, List.copyOf(choices));
        if (pattern.leastLength() == 0) {
            throw refused("an expression that matches nothing", source);
        }
        return pattern;
    }

    private static ModelFilesException refused(String what, String source) {
        return TokenizerFile.refused(
                "has " + what + " ('" + TokenPattern.shortened(source) + "')",
                "known are choices of character classes with ? * + {m,n}, and (?!\\S), as in published tokenizers");
    }

    private ModelFilesException unknown(String what) {
        return refused("an expression with " + what + " at place " + (at + 1), source);
    }

    private boolean take(String text) {
        boolean found = source.startsWith(text, at);
        at += found ? text.length() : 0;
        return found;
    }

    private List<Place> sequence() {
        List<Place> sequence = new ArrayList<>();
        while (at < source.length() && source.charAt(at) != '|') {
            if (++places > MOST_PLACES) {
                throw unknown("more than " + MOST_PLACES + " places");
            }
            sequence.add(place());
        }
        return List.copyOf(sequence);
    }

    private Place place() {
        if (take("(?!")) {
            CodePointSet set = set();
            if (!take(")")) {
                throw unknown("a look-ahead of more than one class");
            }
            return new NotBefore(set);
        }
        if (source.startsWith("(", at)) {
            return ending();
        }
        CodePointSet set = set();
        if (take("?")) {
            return checked(new Repeated(set, 0, 1));
        }
        if (take("*")) {
            return checked(new Repeated(set, 0, UNLIMITED));
        }
        if (take("+")) {
            return checked(new Repeated(set, 1, UNLIMITED));
        }
        return take("{") ? checked(counted(set)) : new Repeated(set, 1, 1);
    }

    /** A quantifier behind another would mean something else than either. */
    private Repeated checked(Repeated repeated) {
        if (at < source.length() && "?*+{".indexOf(source.charAt(at)) >= 0) {
            throw unknown("a lazy or possessive repetition");
        }
        return repeated;
    }

    private Repeated counted(CodePointSet set) {
        int least = number();
        int most = least;
        if (take(",")) {
            most = source.startsWith("}", at) ? UNLIMITED : number();
        }
        if (!take("}") || most < least || most == 0) {
            throw unknown("a repetition that cannot be read");
        }
        return new Repeated(set, least, most);
    }

    private int number() {
        int from = at;
        int number = 0;
        while (at < source.length()
                && source.charAt(at) >= '0'
                && source.charAt(at) <= '9'
                && number <= MOST_REPEATED) {
            number = 10 * number + source.charAt(at++) - '0';
        }
        if (at == from || number > MOST_REPEATED) {
            throw unknown("a count that is missing or above " + MOST_REPEATED);
        }
        return number;
    }

    private Place ending() {
        boolean anyCase = take("(?i:");
        if (!anyCase && !take("(?:")) {
            throw unknown("a group");
        }
        List<String> endings = new ArrayList<>();
        int close = source.indexOf(')', at);
        for (String each : source.substring(at, Math.max(at, close)).split("\\|", -1)) {
            if (!ENDINGS.contains(each)) {
                throw unknown("a group of other things than " + ENDINGS);
            }
            endings.add(each);
        }
        at = close + 1;
        boolean optional = take("?");
        if (at < source.length() && "?*+{".indexOf(source.charAt(at)) >= 0) {
            throw unknown("a repeated group");
        }
        return new Ending(List.copyOf(endings), anyCase, optional);
    }

    /** One class or one character. */
    private CodePointSet set() {
        if (take("[")) {
            return listed();
        }
        CodePointSet.Builder builder = new CodePointSet.Builder();
        int point = one(builder, "^$.*+?{}()|[]");
        return point < 0 ? builder.build(false) : CodePointSet.of(point);
    }

    private CodePointSet listed() {
        boolean negated = take("^");
        CodePointSet.Builder builder = new CodePointSet.Builder();
        boolean any = false;
        while (!take("]")) {
            if (source.startsWith("&&", at)) {
                throw unknown("an intersection of classes");
            }
            int first = one(builder, "[");
            any = true;
            if (first >= 0 && source.startsWith("-", at) && !source.startsWith("-]", at)) {
                at++;
                int last = one(builder, "[");
                if (last < first) {
                    throw unknown("a range that cannot be read");
                }
                builder.range(first, last);
            } else if (first >= 0) {
                builder.range(first, first);
            }
        }
        if (!any) {
            throw unknown("an empty class");
        }
        return builder.build(negated);
    }

    /** The next character, or -1 where it was a class of its own, which the builder has then. */
    private int one(CodePointSet.Builder builder, String special) {
        if (at >= source.length()) {
            throw unknown("an end that comes too early");
        }
        int point = source.codePointAt(at);
        if (special.indexOf(point) >= 0) {
            throw unknown("'" + Character.toString(point) + "'");
        }
        at += Character.charCount(point);
        return point == '\\' ? escaped(builder) : point;
    }

    private int escaped(CodePointSet.Builder builder) {
        if (at >= source.length()) {
            throw unknown("an end that comes too early");
        }
        char letter = source.charAt(at++);
        return switch (letter) {
            case 'r' -> '\r';
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'f' -> '\f';
            case 'x' -> hexadecimal();
            case 's' -> {
                builder.space();
                yield -1;
            }
            case 'S' -> {
                builder.notSpace();
                yield -1;
            }
            case 'd' -> {
                builder.categories(UnicodeKinds.mask("Nd"));
                yield -1;
            }
            case 'p' -> {
                builder.categories(category());
                yield -1;
            }
            default -> itself(letter);
        };
    }

    private int itself(char letter) {
        if (letter < ' ' || letter > '~' || Character.isLetterOrDigit(letter)) {
            throw unknown("'\\" + letter + "'");
        }
        return letter;
    }

    private int hexadecimal() {
        int end = at + 2;
        int high = end <= source.length() ? Character.digit(source.charAt(at), 16) : -1;
        int low = end <= source.length() ? Character.digit(source.charAt(at + 1), 16) : -1;
        if (high < 0 || low < 0 || high > 7) {
            throw unknown("a code of a character that cannot be read");
        }
        at = end;
        return 16 * high + low;
    }

    private int category() {
        int close = source.indexOf('}', at);
        int mask = take("{") && close >= 0 ? UnicodeKinds.mask(source.substring(at, close)) : 0;
        if (mask == 0) {
            throw unknown("an unknown category");
        }
        at = close + 1;
        return mask;
    }
}
