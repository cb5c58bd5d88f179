package io.github.glimpse.prune.glimpse;

import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningStrategy;
import java.util.List;

/** Opens the inside of the glimpse strategy to tests in other rooms. */
public final class PredictorRows {

    private PredictorRows() {}

    /** All rows of logits that the module's heads give, the deciding one last. */
    public static List<float[]> of(PruningStrategy strategy, PruningEvidence evidence) {
        return ((GlimpseStrategy) strategy).logits(evidence);
    }

    /** The predictor's input: {@code [imageTokens, layers * heads]}. */
    public static float[] attention(PruningStrategy strategy, PruningEvidence evidence) {
        return ((GlimpseStrategy) strategy).attention(evidence).toFloatArray();
    }
}
