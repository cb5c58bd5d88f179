package io.github.glimpse.nn;

import java.util.Arrays;

/**
 * What a decoder needs to know besides {@link ModelDimensions}.
 *
 * @param vocabulary rows of the embedding and of the head
 * @param intermediate width of the gated MLP
 * @param ropeTheta base of the rotary frequencies
 * @param positionSections frequencies per row of positions; one entry for plain positions. Together they turn the first values of a
 *     head, twice as many as their sum: all of it, or less than that
 * @param tiedHead whether the head is the embedding table
 * @param interleaved whether frequencies follow the rows of positions in turns, and not section by section
 * @param headNorms whether queries and keys are normed head by head before they are turned
 * @param gatedAttention whether a gate lies behind the query of each head, by which its output is multiplied; only with norms of heads
 * @param normsFromOne whether the weight of every norm is what it multiplies by beyond 1
 */
public record DecoderShape(
        int vocabulary,
        int intermediate,
        double ropeTheta,
        int[] positionSections,
        boolean tiedHead,
        boolean interleaved,
        boolean headNorms,
        boolean gatedAttention,
        boolean normsFromOne) {

    /** Checks that gates are found. */
    public DecoderShape {
        if (gatedAttention && !headNorms) {
            throw new IllegalArgumentException("Gates are told from queries by the norm of heads");
        }
    }

    /** Attention without gates, and norms that multiply by their weight. */
    public DecoderShape(
            int vocabulary,
            int intermediate,
            double ropeTheta,
            int[] positionSections,
            boolean tiedHead,
            boolean interleaved,
            boolean headNorms) {
        this(vocabulary, intermediate, ropeTheta, positionSections, tiedHead, interleaved, headNorms, false, false);
    }

    /** Sections side by side, and no norms of heads. */
    public DecoderShape(int vocabulary, int intermediate, double ropeTheta, int[] positionSections, boolean tiedHead) {
        this(vocabulary, intermediate, ropeTheta, positionSections, tiedHead, false, false);
    }

    /** The same with the embedding table as head. */
    public DecoderShape tied() {
        return new DecoderShape(
                vocabulary,
                intermediate,
                ropeTheta,
                positionSections,
                true,
                interleaved,
                headNorms,
                gatedAttention,
                normsFromOne);
    }

    /** Values of a head that are turned. */
    public int rotaryDim() {
        return 2 * Arrays.stream(positionSections).sum();
    }
}
