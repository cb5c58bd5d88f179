package io.github.glimpse.train;

import java.util.ArrayList;
import java.util.List;

/**
 * What a module says about samples that it was not trained on, so that a threshold can be chosen and judged without running the
 * model again.
 */
public final class GlimpseScores {

    /**
     * How a threshold does, averaged over samples.
     *
     * @param threshold probability above which a token is kept; one token is kept at least
     * @param intersectionOverUnion of kept and wanted tokens
     * @param recall share of the wanted tokens that are kept
     * @param precision share of the kept tokens that are wanted
     * @param keptRatio share of all tokens that are kept
     */
    public record AtThreshold(
            double threshold, double intersectionOverUnion, double recall, double precision, double keptRatio) {}

    private record Sample(float[] probabilities, float[] mask) {}

    private static final int STEPS = 200;

    private final List<Sample> samples = new ArrayList<>();
    private double lossSum;

    GlimpseScores() {}

    void add(float[] logits, float[] mask, double loss) {
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = (float) (1 / (1 + Math.exp(-logits[i])));
        }
        samples.add(new Sample(probabilities, mask));
        lossSum += loss;
    }

    /** Samples that were seen. */
    public int count() {
        return samples.size();
    }

    /** What the module says of the tokens of a sample, 0..1 in raster order; a copy. */
    public float[] probabilities(int sample) {
        return samples.get(sample).probabilities().clone();
    }

    /** What was wanted of them, zeros and ones; a copy. */
    public float[] target(int sample) {
        return samples.get(sample).mask().clone();
    }

    /** Mean loss of the mask. */
    public double loss() {
        return lossSum / samples.size();
    }

    /** How a threshold does. */
    public AtThreshold at(double threshold) {
        double overlap = 0;
        double recall = 0;
        double precision = 0;
        double kept = 0;
        for (Sample sample : samples) {
            double[] figures = figures(sample, threshold);
            overlap += figures[0];
            recall += figures[1];
            precision += figures[2];
            kept += figures[3];
        }
        int count = samples.size();
        return new AtThreshold(threshold, overlap / count, recall / count, precision / count, kept / count);
    }

    /**
     * The highest threshold that still keeps enough of what is wanted; it drops most.
     *
     * @param recall wanted mean recall, 0..1
     * @return the lowest threshold looked at if none reaches it
     */
    public AtThreshold forRecall(double recall) {
        for (int i = STEPS - 1; i > 1; i--) {
            AtThreshold candidate = at(i / (double) STEPS);
            if (candidate.recall() >= recall) {
                return candidate;
            }
        }
        return at(1.0 / STEPS);
    }

    /** The threshold with the best overlap. */
    public AtThreshold forOverlap() {
        AtThreshold best = at(0.5);
        for (int i = 1; i < STEPS; i++) {
            AtThreshold candidate = at(i / (double) STEPS);
            if (candidate.intersectionOverUnion() > best.intersectionOverUnion()) {
                best = candidate;
            }
        }
        return best;
    }

    static AtThreshold of(float[] logits, float[] mask, double threshold) {
        GlimpseScores one = new GlimpseScores();
        one.add(logits, mask, 0);
        return one.at(threshold);
    }

    private static double[] figures(Sample sample, double threshold) {
        int best = 0;
        int kept = 0;
        int wanted = 0;
        int both = 0;
        for (int i = 0; i < sample.mask().length; i++) {
            boolean keep = sample.probabilities()[i] > threshold;
            boolean want = sample.mask()[i] > 0;
            kept += keep ? 1 : 0;
            wanted += want ? 1 : 0;
            both += keep && want ? 1 : 0;
            best = sample.probabilities()[i] > sample.probabilities()[best] ? i : best;
        }
        if (kept == 0) {
            kept = 1;
            both = sample.mask()[best] > 0 ? 1 : 0;
        }
        double union = (double) wanted + kept - both;
        return new double[] {
            both / union,
            wanted == 0 ? 1 : both / (double) wanted,
            both / (double) kept,
            kept / (double) sample.mask().length
        };
    }
}
