package io.github.glimpse.constrain;

import java.util.List;

/** What a text has to look like: a regular expression as a tree. */
sealed interface TextPattern {

    TextPattern EMPTY = new Sequence(List.of());
    int UNLIMITED = Integer.MAX_VALUE;

    /** One character of a set. */
    record Chars(CodePoints points) implements TextPattern {}

    /** One behind the other. */
    record Sequence(List<TextPattern> parts) implements TextPattern {}

    /** One of several. */
    record Choice(List<TextPattern> parts) implements TextPattern {}

    /** The same, several times; {@link #UNLIMITED} for any number. */
    record Repeat(TextPattern part, int least, int most) implements TextPattern {}

    /** Nothing, where the text begins. */
    record Begin() implements TextPattern {}

    /** Nothing, where the text ends. */
    record End() implements TextPattern {}

    static TextPattern sequence(TextPattern... parts) {
        return new Sequence(List.of(parts));
    }

    static TextPattern choice(TextPattern... parts) {
        return new Choice(List.of(parts));
    }

    static TextPattern range(int first, int last) {
        return new Chars(CodePoints.range(first, last));
    }

    static TextPattern text(String text) {
        return new Sequence(text.codePoints()
                .<TextPattern>mapToObj(point -> new Chars(CodePoints.of(point)))
                .toList());
    }

    static TextPattern optional(TextPattern part) {
        return new Repeat(part, 0, 1);
    }
}
