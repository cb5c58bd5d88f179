package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An answer with a form: marks and names in lower case, and between them what is read off the picture, character by character.
 *
 * @param parts one behind the other
 */
record AskedForm(List<Part> parts) {

    /** Copies the list. */
    AskedForm {
        parts = List.copyOf(parts);
    }

    /**
     * A run of tokens.
     *
     * @param ids of its tokens
     * @param region cells that bear on them
     * @param pointers cell of each token, {@link AskedQuestion#NOT_READ} for those that stand in none
     */
    record Part(int[] ids, BitSet region, int[] pointers) {

        /** What the form says by itself. */
        static Part said(String text, BitSet region) {
            int[] ids = Vocabulary.question(text);
            return new Part(
                    ids,
                    region,
                    IntStream.generate(() -> AskedQuestion.NOT_READ)
                            .limit(ids.length)
                            .toArray());
        }

        /** What stands on the picture; a blank stands in no cell. */
        static Part read(List<Question.Pointer> characters, BitSet region) {
            String text = characters.stream()
                    .map(read -> String.valueOf(read.character()))
                    .collect(Collectors.joining());
            return new Part(
                    Vocabulary.spelled(text),
                    region,
                    characters.stream().mapToInt(Question.Pointer::cell).toArray());
        }
    }

    /** The tokens of the answer, without the mark that ends it. */
    int[] ids() {
        return parts.stream().flatMapToInt(part -> Arrays.stream(part.ids())).toArray();
    }

    /** The cell of each token, {@link AskedQuestion#NOT_READ} for what is not a character on the picture. */
    int[] pointers() {
        return parts.stream()
                .flatMapToInt(part -> Arrays.stream(part.pointers()))
                .toArray();
    }

    /** All cells that bear on the answer. */
    BitSet evidence() {
        BitSet all = new BitSet();
        parts.forEach(part -> all.or(part.region()));
        return all;
    }

    /** For each token the cells that bear on its part; for the first, which follows the question, all of them. */
    List<BitSet> regions() {
        List<BitSet> regions = new ArrayList<>();
        parts.forEach(part -> Arrays.stream(part.ids()).forEach(id -> regions.add(part.region())));
        regions.set(0, evidence());
        return regions;
    }
}
