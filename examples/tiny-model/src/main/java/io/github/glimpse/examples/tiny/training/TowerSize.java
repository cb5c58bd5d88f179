package io.github.glimpse.examples.tiny.training;

/**
 * The sizes of a tower. Names and meaning are those of {@code vision_config}.
 *
 * @param hidden width of a patch's row
 * @param heads heads of {@link TinyShape#VISION_HEAD_DIM}
 * @param inner width of the gated product
 */
record TowerSize(int hidden, int heads, int inner) {

    /** That of both editions. With 128, 4 and 256 what was learned of ordinary type was lost of the own drawings, and the other way. */
    static TowerSize embedded() {
        return new TowerSize(192, 6, 384);
    }

    /** Width of the patches of a cell side by side, which the merger reads. */
    int joined() {
        return hidden * TinyShape.GROUP;
    }
}
