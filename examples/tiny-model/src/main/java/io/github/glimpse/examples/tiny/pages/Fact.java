package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import java.util.List;
import java.util.Map;

/**
 * Something that can be asked about a page.
 *
 * @param kind what is asked
 * @param outcome whether the page answers it
 * @param places the words of the question, by the names of {@link Kind#places()}
 * @param answer as it stands on the page or, where nothing is read, one word; empty where there is none
 * @param evidence what must be seen, in pixels; empty where nothing bears on it
 * @param words numbers of the words that the answer is read from, in its order; empty where nothing is read
 */
public record Fact(
        Kind kind,
        Outcome outcome,
        Map<String, String> places,
        String answer,
        List<Box> evidence,
        List<Integer> words) {

    /** What is asked. */
    @SuppressWarnings("ImmutableEnumChecker") // a list of List.of never changes
    public enum Kind {
        /** The value of a key. */
        VALUE("key"),
        /** The value of a key that stands in more than one section. */
        SECTION_VALUE("key", "section"),
        /** The cell of a table. */
        CELL("row", "column"),
        /** The text of a sign. */
        SIGN("colour", "plate"),
        /** The number of a bar. */
        BAR("label"),
        /** The label of the largest bar. */
        HIGHEST,
        /** The label of the smallest bar. */
        LOWEST,
        /** The heading. */
        HEADING,
        /** The colour of a shape. */
        COLOUR("shape"),
        /** The shape of a colour. */
        SHAPE("colour"),
        /** Whether there is such a shape. */
        EXISTS("colour", "shape"),
        /** How many shapes of a kind there are. */
        COUNT("shape");

        private final List<String> places;

        Kind(String... places) {
            this.places = List.of(places);
        }

        /** Names of the words that a question of the kind has. */
        public List<String> places() {
            return places;
        }
    }

    /** Whether a page answers. */
    public enum Outcome {
        /** It does. */
        ANSWERED,
        /** It does not show what is asked about. */
        ABSENT,
        /** It shows it, but so that it cannot be told: covered, or a colour or shape without a known name. */
        UNREADABLE
    }

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if a place is missing, or if an answer is there where it cannot be
     */
    public Fact {
        places = Map.copyOf(places);
        evidence = List.copyOf(evidence);
        words = List.copyOf(words);
        if (!places.keySet().containsAll(kind.places())) {
            throw new IllegalArgumentException(
                    "A question for " + kind + " needs " + kind.places() + ", not " + places.keySet());
        }
        if (answer.isEmpty() == (outcome == Outcome.ANSWERED)) {
            throw new IllegalArgumentException("What is " + outcome + " has the answer '" + answer + "'");
        }
    }

    static Fact answered(
            Kind kind, Map<String, String> places, String answer, List<Box> evidence, List<Integer> words) {
        return new Fact(kind, Outcome.ANSWERED, places, answer, evidence, words);
    }

    static Fact absent(Kind kind, Map<String, String> places) {
        return new Fact(kind, Outcome.ABSENT, places, "", List.of(), List.of());
    }

    static Fact unreadable(Kind kind, Map<String, String> places, List<Box> evidence) {
        return new Fact(kind, Outcome.UNREADABLE, places, "", evidence, List.of());
    }
}
