package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Captions;
import io.github.glimpse.examples.tiny.drawing.PageSize;

/** The sizes of the tiny CLIP. Names and meaning are those of its {@code config.json}. */
final class ClipShape {

    /** The side of the pages with captions: nothing is resized or cut off. */
    static final int IMAGE = Captions.PAGE.width();

    static final int PATCH = PageSize.CELL;
    static final int CHANNELS = 3;
    /** Values of a patch. */
    static final int PATCH_VALUES = CHANNELS * PATCH * PATCH;
    /** Patches of a picture. */
    static final int PATCHES = (IMAGE / PATCH) * (IMAGE / PATCH);

    static final int VISION_DEPTH = 4;
    static final int VISION_WIDTH = 128;
    static final int VISION_INNER = 512;
    static final int TEXT_DEPTH = 3;
    static final int TEXT_WIDTH = 128;
    static final int TEXT_INNER = 256;
    static final int HEADS = 4;
    /** Most ids of a text. */
    static final int POSITIONS = 77;
    /** Numbers of a vector. */
    static final int DIMENSION = 128;

    static final double EPS = 1e-5;
    /** The first temperature, as a logarithm: 1 / 0.07. */
    static final double SCALE = 2.6592;

    /** Blocks before patches are dropped, where they are: a quarter of the depth. */
    static final int CUT = 1;

    private ClipShape() {}
}
