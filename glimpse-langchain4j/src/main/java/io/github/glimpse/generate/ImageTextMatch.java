package io.github.glimpse.generate;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.prune.PruningReport;

/**
 * How well a text fits a picture. Plain data, free of native memory.
 *
 * @param probability that it fits, 0..1, from text that attended to the picture; pruning between its layers and in the tower counts
 * @param noLogit raw logit of "does not fit"
 * @param yesLogit raw logit of "fits"
 * @param similarity cosine of picture and text that were encoded apart, -1..1; only pruning in the tower counts
 * @param report what pruning did
 */
public record ImageTextMatch(
        double probability, float noLogit, float yesLogit, double similarity, PruningReport report) {

    static ImageTextMatch of(float[] logits, double similarity, PruningReport report) {
        NonFiniteNumbersException.requireFinite("A score of the match", logits[0], logits[1], (float) similarity);
        double probability = 1 / (1 + Math.exp((double) logits[0] - logits[1]));
        return new ImageTextMatch(probability, logits[0], logits[1], similarity, report);
    }
}
