package io.github.glimpse.text;

import io.github.glimpse.ModelFilesException;
import java.util.List;

/**
 * What a tokenizer file looks for in texts: a literal text, or one of the flat expressions of published tokenizers.
 *
 * <p>A flat expression is a choice of sequences, tried in their order; a sequence is a row of sets of code points, each
 * with how often it may come, of the endings {@code 's 't 're 've 'm 'll 'd}, and of "not before" a set. There are no
 * groups in groups, no repeated groups and nothing that matches no text, so an expression cannot run away; how many
 * steps it takes for a text is bounded all the same.
 */
final class TokenPattern {

    /** The published expressions take fewer than ten for a character. */
    private static final int STEPS_PER_CHARACTER = 100;

    private static final int ASCII = 128;

    /** One place of a sequence. */
    sealed interface Place permits Repeated, Ending, NotBefore {}

    /** Code points of a set, as many as there are between two counts. */
    record Repeated(CodePointSet set, int least, int most) implements Place {}

    /** One of the endings of English words. */
    record Ending(List<String> endings, boolean anyCase, boolean optional) implements Place {}

    /** No code point of the set comes next. */
    record NotBefore(CodePointSet set) implements Place {}

    /** Told of what is found. */
    interface Found {
        void at(int start, int end);
    }

    private final String source;
    private final boolean literal;
    private final List<List<Place>> choices;
    private final boolean[][] starts;

    private TokenPattern(String source, boolean literal, List<List<Place>> choices) {
        this.source = source;
        this.literal = literal;
        this.choices = choices;
        this.starts = choices.stream().map(TokenPattern::startsOf).toArray(boolean[][]::new);
    }

    /** A text as it stands. */
    static TokenPattern literal(String text) {
        return new TokenPattern(text, true, List.of());
    }

    /** An expression that is read already. */
    static TokenPattern expression(String source, List<List<Place>> choices) {
        return new TokenPattern(source, false, choices);
    }

    private static boolean[] startsOf(List<Place> sequence) {
        boolean[] starts = new boolean[ASCII];
        for (Place place : sequence) {
            for (int point = 0; point < ASCII; point++) {
                starts[point] |= mayBegin(place, point);
            }
            boolean needed = (place instanceof Repeated repeated && repeated.least() > 0)
                    || (place instanceof Ending ending && !ending.optional());
            if (needed) {
                break;
            }
        }
        return starts;
    }

    private static boolean mayBegin(Place place, int point) {
        if (place instanceof Repeated repeated) {
            return repeated.set().contains(point);
        }
        return place instanceof NotBefore || point == '\'';
    }

    /** Fewest characters that a match has. */
    int leastLength() {
        if (literal) {
            return source.length();
        }
        int least = Integer.MAX_VALUE;
        for (List<Place> sequence : choices) {
            int length = 0;
            for (Place place : sequence) {
                length += place instanceof Repeated repeated
                        ? repeated.least()
                        : place instanceof Ending ending && !ending.optional() ? 2 : 0;
            }
            least = Math.min(least, length);
        }
        return least;
    }

    /** Finds it from the left, without overlaps. */
    void find(String text, int from, int to, Found found) {
        if (literal) {
            findLiteral(text, from, to, found);
            return;
        }
        Search search = new Search(text, to);
        for (int at = from; at < to; ) {
            int end = search.longestAt(at);
            if (end > at) {
                found.at(at, end);
                at = end;
            } else {
                at += Character.charCount(text.codePointAt(at));
            }
        }
    }

    private void findLiteral(String text, int from, int to, Found found) {
        int at = text.indexOf(source, from);
        while (at >= 0 && at + source.length() <= to) {
            found.at(at, at + source.length());
            at = text.indexOf(source, at + source.length());
        }
    }

    /** One run over a text. */
    private final class Search {

        private final String text;
        private final int to;
        private final long mostSteps;
        private long steps;

        Search(String text, int to) {
            this.text = text;
            this.to = to;
            this.mostSteps = STEPS_PER_CHARACTER * (text.length() + 100L);
        }

        /** End of the first choice that matches here, or -1. */
        int longestAt(int at) {
            char first = text.charAt(at);
            for (int choice = 0; choice < starts.length; choice++) {
                if (first >= ASCII || starts[choice][first]) {
                    int end = match(choices.get(choice), 0, at);
                    if (end >= 0) {
                        return end;
                    }
                }
            }
            return -1;
        }

        private void step() {
            if (++steps > mostSteps) {
                throw new ModelFilesException("The expression '" + shortened(source)
                        + "' of tokenizer.json takes more than " + STEPS_PER_CHARACTER
                        + " steps for a character of this text; take the tokenizer from the model's publisher");
            }
        }

        private int match(List<Place> sequence, int index, int at) {
            step();
            if (index == sequence.size()) {
                return at;
            }
            Place place = sequence.get(index);
            if (place instanceof Repeated repeated) {
                return matchRepeated(repeated, sequence, index, at);
            }
            if (place instanceof NotBefore notBefore) {
                boolean before = at < to && notBefore.set().contains(text.codePointAt(at));
                return before ? -1 : match(sequence, index + 1, at);
            }
            Ending ending = (Ending) place;
            for (String each : ending.endings()) {
                if (startsWith(each, at, ending.anyCase())) {
                    int end = match(sequence, index + 1, at + each.length());
                    if (end >= 0) {
                        return end;
                    }
                }
            }
            return ending.optional() ? match(sequence, index + 1, at) : -1;
        }

        private int matchRepeated(Repeated repeated, List<Place> sequence, int index, int at) {
            int count = 0;
            int end = at;
            while (end < to && count < repeated.most()) {
                int point = text.codePointAt(end);
                if (!repeated.set().contains(point)) {
                    break;
                }
                end += Character.charCount(point);
                count++;
            }
            steps += count;
            boolean last = index + 1 == sequence.size();
            while (count >= repeated.least()) {
                int matched = last ? end : match(sequence, index + 1, end);
                if (matched >= 0) {
                    return matched;
                }
                if (count == 0) {
                    return -1;
                }
                end -= Character.charCount(text.codePointBefore(end));
                count--;
            }
            return -1;
        }

        private boolean startsWith(String ending, int at, boolean anyCase) {
            if (at + ending.length() > to) {
                return false;
            }
            for (int index = 0; index < ending.length(); index++) {
                char unit = text.charAt(at + index);
                char wanted = ending.charAt(index);
                // The upper case first: a long s is an s.
                if (unit != wanted && !(anyCase && Character.toLowerCase(Character.toUpperCase(unit)) == wanted)) {
                    return false;
                }
            }
            return true;
        }
    }

    static String shortened(String value) {
        int most = 200;
        return value.length() <= most ? value : value.substring(0, most) + "…";
    }

    @Override
    public String toString() {
        return source;
    }
}
