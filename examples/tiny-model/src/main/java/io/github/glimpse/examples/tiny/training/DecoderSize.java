package io.github.glimpse.examples.tiny.training;

/**
 * The sizes of a decoder. Names and meaning are those of {@code config.json}.
 *
 * @param hidden width of a row
 * @param heads query heads of {@link TinyShape#HEAD_DIM}
 * @param kvHeads heads of keys and values
 * @param inner width of the gated product
 * @param layers how many
 * @param vocabulary rows of the table
 * @param theta {@code rope_theta}
 */
record DecoderSize(int hidden, int heads, int kvHeads, int inner, int layers, int vocabulary, double theta) {

    /** The first edition's. */
    static DecoderSize first() {
        return new DecoderSize(
                TinyShape.HIDDEN,
                TinyShape.HEADS,
                TinyShape.KV_HEADS,
                TinyShape.INNER,
                TinyShape.LAYERS,
                TinyShape.vocabulary(),
                TinyShape.THETA);
    }

    /** The second edition's: a row of the tower's output must hold up to six letters and their key. */
    static DecoderSize second() {
        return new DecoderSize(192, 6, 2, 512, 6, Pieces.list().size(), TinyShape.FAST_THETA);
    }
}
