package io.github.glimpse.nn;

/**
 * What a decoder needs to know besides {@link ModelDimensions}.
 *
 * @param vocabulary rows of the embedding and of the head
 * @param intermediate width of the gated MLP
 * @param ropeTheta base of the rotary frequencies
 * @param positionSections frequencies per row of positions; one entry of {@code headDim / 2} for plain positions
 * @param tiedHead whether the head is the embedding table
 */
public record DecoderShape(
        int vocabulary, int intermediate, double ropeTheta, int[] positionSections, boolean tiedHead) {

    /** The same with the embedding table as head. */
    public DecoderShape tied() {
        return new DecoderShape(vocabulary, intermediate, ropeTheta, positionSections, true);
    }
}
