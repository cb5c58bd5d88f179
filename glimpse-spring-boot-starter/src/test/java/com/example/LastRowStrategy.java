package com.example;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;
import java.util.Set;

/** Keeps the image tokens to which the prompt's last row attends more than to the average one. */
final class LastRowStrategy implements PruningStrategy {

    private final int layer;

    LastRowStrategy(int layer) {
        this.layer = layer;
    }

    @Override
    public PruningPoint defaultPoint() {
        return PruningPoint.afterLayers(layer + 1);
    }

    @Override
    public void checkPoint(PruningPoint point) {
        if (point.stage() == PruningPoint.Stage.LAYER && point.layers() <= layer) {
            throw new IllegalArgumentException("last-row looks at layer " + layer + ", so it can cut from 'layer "
                    + (layer + 1) + "' on, not at '" + point + "'");
        }
    }

    @Override
    public Set<EvidenceRequest> needs() {
        return Set.of(new EvidenceRequest.ProbeAttention(List.of(layer), ScoreForm.LOG_SOFTMAX));
    }

    @Override
    public ProbeToken probeToken() {
        return null; // the last row of the prompt will do
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        float[] logarithms = evidence.attention().get(layer).toFloatArray(); // [imageTokens, heads]
        return TokenSelection.byThreshold(aboveAverage(logarithms, evidence.alive().length));
    }

    /** Logarithm of each token's share against the mean share: above 0, a probability above 0.5, is above average. */
    private static float[] aboveAverage(float[] logarithms, int tokens) {
        int heads = logarithms.length / tokens;
        double[] shares = new double[tokens];
        double mean = 0;
        for (int token = 0; token < tokens; token++) {
            for (int head = 0; head < heads; head++) {
                shares[token] += Math.exp(logarithms[token * heads + head]) / heads;
            }
            mean += shares[token] / tokens;
        }
        float[] logits = new float[tokens];
        for (int token = 0; token < tokens; token++) {
            logits[token] = (float) (Math.log(shares[token] + 1e-9) - Math.log(mean + 1e-9));
        }
        return logits;
    }

    @Override
    public void close() {
        // owns no tensor
    }
}
