package io.github.glimpse.examples.tiny.drawing;

/** A kind of picture. */
public enum Family {
    /** Receipts and forms: rows of a key and a value. */
    DOC(0),
    /** Coloured plates, each with a code. */
    SIGN(1),
    /** Bars with a letter below and a number above. */
    CHART(2),
    /** Coloured shapes. */
    SCENE(3),
    /** Rows full of words, codes and prices, to teach the eye letters; nothing is asked. */
    DENSE(4);

    private final int seedPart;

    Family(int seedPart) {
        this.seedPart = seedPart;
    }

    /** What it adds to the seed; another number would give other pictures. */
    int seedPart() {
        return seedPart;
    }
}
