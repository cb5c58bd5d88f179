package io.github.glimpse.examples.tiny.drawing;

import java.util.List;

/**
 * A type face: how the skeletons of {@code glyphs.txt} are bent and which pen follows them. Lengths are in units of the
 * skeleton, where a capital is 20 high, if nothing else is said.
 *
 * @param name for reports
 * @param weight width of the pen as a share of the height of a capital
 * @param width stretches the skeletons across
 * @param slant how far a point moves right for each unit up
 * @param contrast how much wider an upright stroke is than a level one
 * @param bow exponent of the curves: 2 for ellipses, more for squarish, less for pointed ones
 * @param serif half the length of a serif; 0 for none
 * @param ends of the strokes
 * @param advance of every character, for a face where all are equally wide; else 0
 * @param spacing between two characters
 * @param variants of characters that are taken instead of the plain ones, such as {@code a/one}
 */
record Face(
        String name,
        double weight,
        double width,
        double slant,
        double contrast,
        double bow,
        double serif,
        Ends ends,
        double advance,
        double spacing,
        List<String> variants) {

    /** How strokes end. */
    enum Ends {
        ROUND,
        SQUARE
    }

    /** Faces that are trained. */
    static final List<Face> SEEN = List.of(
            face("plain", 0.115, 1, 0, 1.1, 2.3, 0, Ends.SQUARE, 0, 2.8, ""),
            face(
                    "round",
                    0.125,
                    1.02,
                    0,
                    1,
                    2,
                    0,
                    Ends.ROUND,
                    0,
                    3,
                    "a/one M/splay 6/straight 9/straight t/cross 1/plain y/round"),
            face("slab", 0.095, 1, 0, 1, 2.2, 2.1, Ends.SQUARE, 0, 3, "1/foot l/plain Q/tail"),
            face("book", 0.115, 0.98, 0, 1.9, 2.1, 1.8, Ends.SQUARE, 0, 3, "1/foot l/plain 2/round R/leg"),
            face(
                    "till",
                    0.09,
                    1,
                    0,
                    1,
                    2.5,
                    0,
                    Ends.SQUARE,
                    13,
                    0,
                    "0/slash 1/foot i/bar l/bar j/bar I/bar J/bar r/foot"),
            face("narrow", 0.12, 0.78, 0, 1.15, 2.8, 0, Ends.SQUARE, 0, 2.8, "G/bar R/leg"),
            face("heavy", 0.185, 1.08, 0, 1.25, 2.4, 0, Ends.SQUARE, 0, 2.6, "6/straight 9/straight"),
            face(
                    "slanted",
                    0.1,
                    0.96,
                    0.22,
                    1.2,
                    2.1,
                    0,
                    Ends.ROUND,
                    0,
                    3,
                    "a/one y/round f/desc 4/open 3/flat 2/round"),
            face("square", 0.115, 1, 0, 1, 4.5, 0, Ends.SQUARE, 0, 3, "0/dot a/one M/splay 7/bar I/bar 1/plain Z/bar"));

    /** Faces that are kept for the test. */
    static final List<Face> UNSEEN = List.of(
            face("poster", 0.155, 1.12, 0, 1, 2.9, 0, Ends.ROUND, 0, 2.8, "a/one W/low 4/open J/bar t/cross"),
            face("gazette", 0.105, 0.84, 0, 1.5, 2.3, 1.6, Ends.SQUARE, 0, 2.8, "1/foot l/plain Q/tail 3/flat G/bar"),
            face("lean", 0.085, 0.88, 0.15, 1, 2.4, 0, Ends.SQUARE, 0, 3, "6/straight 9/straight 2/round W/low"),
            face(
                    "ticket",
                    0.125,
                    0.95,
                    0,
                    1,
                    1.6,
                    0,
                    Ends.ROUND,
                    12.5,
                    0,
                    "0/dot 1/foot i/bar l/bar j/bar I/bar 7/bar"));

    private static Face face(
            String name,
            double weight,
            double width,
            double slant,
            double contrast,
            double bow,
            double serif,
            Ends ends,
            double advance,
            double spacing,
            String variants) {
        List<String> names = variants.isEmpty() ? List.of() : List.of(variants.split(" "));
        return new Face(name, weight, width, slant, contrast, bow, serif, ends, advance, spacing, names);
    }

    /** The faces of a pool. */
    static List<Face> of(FacePool pool) {
        return switch (pool) {
            case SEEN -> SEEN;
            case UNSEEN -> UNSEEN;
        };
    }

    /** The face as one press would print it: a little lighter or wider than another press. */
    Face printed(Dice dice) {
        return new Face(
                name,
                weight * dice.uniform(0.9, 1.1),
                width * dice.uniform(0.95, 1.05),
                slant + dice.uniform(-0.025, 0.025),
                contrast,
                bow,
                serif,
                ends,
                advance * dice.uniform(0.97, 1.05),
                spacing * dice.uniform(0.9, 1.25),
                variants);
    }

    /** The same face with a heavier pen. */
    Face bold() {
        return new Face(
                name, weight * 1.4, width * 1.03, slant, contrast, bow, serif, ends, advance, spacing, variants);
    }
}
