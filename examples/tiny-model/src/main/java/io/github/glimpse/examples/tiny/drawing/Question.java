package io.github.glimpse.examples.tiny.drawing;

import java.util.List;
import java.util.Map;

/**
 * A question about a picture, and where its answer stands.
 *
 * @param kind what is asked
 * @param text as a user would write it
 * @param places what the text has in the places of its phrasing
 * @param answer the whole answer
 * @param evidence what must be seen to answer, in pixels: key and value, plate, letter and number, the shapes named; empty if
 *     nothing in the picture bears on it
 * @param pointers for answers that are read, the characters in the order of the answer; else empty
 */
public record Question(
        QuestionKind kind,
        String text,
        Map<String, String> places,
        String answer,
        List<Box> evidence,
        List<Pointer> pointers) {

    /** Copies the lists and the map. */
    public Question {
        places = Map.copyOf(places);
        evidence = List.copyOf(evidence);
        pointers = List.copyOf(pointers);
    }

    /**
     * Where a character of the answer stands.
     *
     * @param character the character
     * @param cell index of the cell that holds its centre
     */
    public record Pointer(char character, int cell) {}
}
