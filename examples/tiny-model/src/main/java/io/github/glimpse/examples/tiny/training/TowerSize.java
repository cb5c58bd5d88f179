package io.github.glimpse.examples.tiny.training;

/**
 * The sizes of a tower. Names and meaning are those of {@code vision_config}.
 *
 * @param hidden width of a patch's row
 * @param heads heads of {@link TinyShape#VISION_HEAD_DIM}
 * @param inner width of the gated product
 */
record TowerSize(int hidden, int heads, int inner) {

    /** The first edition's. */
    static TowerSize first() {
        return new TowerSize(128, 4, 256);
    }

    /** The second edition's: with the first one's it went on misreading one letter of six of the faces that it was trained on. */
    static TowerSize second() {
        return new TowerSize(192, 6, 384);
    }

    /** Width of the patches of a cell side by side, which the merger reads. */
    int joined() {
        return hidden * TinyShape.GROUP;
    }
}
