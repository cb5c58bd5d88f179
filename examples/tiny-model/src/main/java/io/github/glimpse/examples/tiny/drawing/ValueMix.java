package io.github.glimpse.examples.tiny.drawing;

/**
 * How often what is written in a picture. Pictures to learn from hold more letters than those that are asked about: digits fill most
 * receipts, and a small letter that stands in one value of thirty would never be learned.
 *
 * @param spelled chance that a line's key is one of those whose values have letters, before any key may be taken
 * @param listed chance that a name or word is one of the list, else its letters are made up
 * @param comma chance of a comma between units and cents
 * @param words of five signs, those with a word
 */
record ValueMix(double spelled, double listed, double comma, int words) {

    private static final ValueMix LEARNED = new ValueMix(0.45, 0.15, 0.35, 2);
    private static final ValueMix ASKED = new ValueMix(0, 0.5, 0.1, 1);

    /** The mix of a split. */
    static ValueMix of(Split split) {
        return switch (split) {
            case TRAIN -> LEARNED;
            case VALIDATION, TEST -> ASKED;
        };
    }
}
