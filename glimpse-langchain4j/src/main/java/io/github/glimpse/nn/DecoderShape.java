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
 */
public record DecoderShape(
        int vocabulary,
        int intermediate,
        double ropeTheta,
        int[] positionSections,
        boolean tiedHead,
        boolean interleaved,
        boolean headNorms) {

    /** Sections side by side, and no norms of heads. */
    public DecoderShape(int vocabulary, int intermediate, double ropeTheta, int[] positionSections, boolean tiedHead) {
        this(vocabulary, intermediate, ropeTheta, positionSections, tiedHead, false, false);
    }

    /** The same with the embedding table as head. */
    public DecoderShape tied() {
        return new DecoderShape(vocabulary, intermediate, ropeTheta, positionSections, true, interleaved, headNorms);
    }

    /** Values of a head that are turned. */
    public int rotaryDim() {
        return 2 * Arrays.stream(positionSections).sum();
    }
}
