package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;

/**
 * Names one page. The split is part of the seed: two requests that differ in the split alone start from different states of the generator.
 *
 * @param split what the page is for: its words and type faces are of that split
 * @param mix what stands on it
 * @param size of the page
 * @param seed from 0 to below 2<sup>60</sup>
 */
public record PageRequest(Split split, Mix mix, PageSize size, long seed) {

    private static final int SPLIT_BITS = 2;
    private static final int MIX_BITS = 2;

    /** What stands on a page. */
    public enum Mix {
        /** Lines full of writing. */
        TEXT(0),
        /** One to three panels of any kind. */
        PANELS(1),
        /** Lines full of writing, each piece in a face, size, ink and ground of its own. */
        SPECIMENS(2),
        /** A drawing of the first edition. */
        DRAWING(3);

        private final int seedPart;

        Mix(int seedPart) {
            this.seedPart = seedPart;
        }
    }

    /**
     * Checks the seed.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public PageRequest {
        if (seed < 0 || seed >= 1L << (Long.SIZE - SPLIT_BITS - MIX_BITS)) {
            throw new IllegalArgumentException("The seed is " + seed + ", it must be from 0 to below 2^60");
        }
    }

    /** The chance of this page. Split and mix sit in bits that the seed leaves free, so no two requests of a size start alike. */
    Dice dice() {
        long start = (((seed << MIX_BITS) | mix.seedPart) << SPLIT_BITS) | split.seedPart();
        return new Dice(Dice.mix(Dice.mix(start) ^ Dice.mix(64L * size.rows() + size.columns() + (1L << 40))));
    }
}
