package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Vocabulary;

/** The sizes of the embedded model. Names and meaning are those of its {@code config.json}. */
final class TinyShape {

    static final int PATCH = 14;
    static final int TEMPORAL = 2;
    static final int MERGE = 2;
    static final int CHANNELS = 3;
    /** Values of a patch of one frame. */
    static final int FRAME_VALUES = CHANNELS * PATCH * PATCH;
    /** Patches of an image token. */
    static final int GROUP = MERGE * MERGE;

    static final int VISION_DEPTH = 6;
    /** Blocks that see the whole page: every third, as the text {@code vision} has it; the others see windows. */
    static final int[] FULL_BLOCKS = {2, 5};

    static final int VISION_HEAD_DIM = 32;
    /** Image tokens along a side of a window. */
    static final int WINDOW = 4;

    static final double VISION_THETA = 10_000;

    static final int LAYERS = 6;
    static final int HIDDEN = 128;
    static final int HEADS = 4;
    static final int KV_HEADS = 2;
    static final int HEAD_DIM = 32;
    static final int INNER = 768;
    /**
     * Of the rotary positions. The slowest turn takes 4,100 rows; with 100 it took 470, and whoever asked behind more than a hundred tokens of
     * text got nothing.
     */
    static final double THETA = 1_000;
    /** The second edition's. */
    static final double FAST_THETA = 100;
    /** Frequencies that follow time, row and column. */
    static final int[] SECTIONS = {2, 4, 10};

    static final double EPS = 1e-6;
    /** The last layer that sees the whole picture. */
    static final int REDUCE_LAYER = 3;

    /** Cells of the largest picture, 672 x 672 pixels; a larger one is made smaller. */
    static final int MOST_CELLS = 576;

    private TinyShape() {}

    static int vocabulary() {
        return Vocabulary.all().size();
    }
}
