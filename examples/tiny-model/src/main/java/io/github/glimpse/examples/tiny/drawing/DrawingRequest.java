package io.github.glimpse.examples.tiny.drawing;

/**
 * Names one picture. The split is part of the seed: two requests that differ in the split alone start from different states
 * of the generator, always.
 *
 * @param split what the picture is for
 * @param faces which faces it may have
 * @param family what it shows
 * @param size of the page
 * @param seed from 0 to below 2<sup>62</sup>
 */
public record DrawingRequest(Split split, FacePool faces, Family family, PageSize size, long seed) {

    private static final int SPLIT_BITS = 2;

    /**
     * Checks that the picture is one of its split's.
     *
     * @throws IllegalArgumentException if the seed is out of range, or if the split may not have the faces
     */
    public DrawingRequest {
        if (seed < 0 || seed >= 1L << (Long.SIZE - SPLIT_BITS)) {
            throw new IllegalArgumentException("The seed is " + seed + ", it must be from 0 to below 2^62");
        }
        if (faces == FacePool.UNSEEN && split != Split.TEST) {
            throw new IllegalArgumentException("Unseen faces are for " + Split.TEST + " only, not for " + split);
        }
    }

    /**
     * The picture of a number, in the mix of families and sizes that is trained: of 20 pictures 7 documents, 4 signs,
     * 4 charts and 5 scenes.
     */
    public static DrawingRequest nth(Split split, FacePool faces, long number) {
        Dice dice = new Dice(start(split, number));
        return new DrawingRequest(split, faces, family(dice), dice.pick(PageSize.ALL), number);
    }

    /** A family of the mix that is trained. */
    public static Family family(Dice dice) {
        int share = dice.below(20);
        if (share < 7) {
            return Family.DOC;
        } else if (share < 11) {
            return Family.SIGN;
        } else if (share < 15) {
            return Family.CHART;
        }
        return Family.SCENE;
    }

    /** The chance of this picture. */
    Dice dice() {
        long kind = family.seedPart() + 8L * faces.seedPart() + 16L * size.rows() + 512L * size.columns();
        return new Dice(Dice.mix(start(split, seed) ^ Dice.mix(kind + 1)));
    }

    // One to one: the split sits in bits that the seed leaves free, and the mixing loses nothing.
    private static long start(Split split, long seed) {
        return Dice.mix((seed << SPLIT_BITS) | split.seedPart());
    }
}
