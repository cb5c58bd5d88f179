package io.github.glimpse.generate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses the next token: penalties, then greedy or temperature, top-k, top-p and min-p in this order, as the Hugging Face
 * library applies them. Greedy takes the largest score and the lowest id on a tie.
 *
 * <p>The repetition penalty sees prompt and answer, image placeholders included (spec, section 7.3); presence and frequency
 * penalty see the answer only. One object serves one request.
 */
final class Sampler {

    private final double temperature;
    private final int topK;
    private final double topP;
    private final double minP;
    private final double repetitionPenalty;
    private final double presencePenalty;
    private final double frequencyPenalty;
    private final SplittableRandom random;
    private final boolean[] seen;
    private final Map<Integer, Integer> counts = new HashMap<>();

    Sampler(GenerationOptions options, int[] promptIds, int vocabulary) {
        this.temperature = orElse(options.temperature(), GenerationOptions.DEFAULT_TEMPERATURE);
        this.topK = options.topK() == null ? 0 : options.topK();
        this.topP = orElse(options.topP(), GenerationOptions.DEFAULT_TOP_P);
        this.minP = orElse(options.minP(), 0);
        this.repetitionPenalty = orElse(options.repetitionPenalty(), GenerationOptions.DEFAULT_REPETITION_PENALTY);
        this.presencePenalty = orElse(options.presencePenalty(), 0);
        this.frequencyPenalty = orElse(options.frequencyPenalty(), 0);
        this.random = options.seed() == null ? new SplittableRandom() : new SplittableRandom(options.seed());
        this.seen = new boolean[vocabulary];
        for (int id : promptIds) {
            seen[id] = true;
        }
    }

    private static double orElse(@org.jspecify.annotations.Nullable Double value, double fallback) {
        return value == null ? fallback : value;
    }

    /**
     * Chooses a token and remembers it.
     *
     * @param logits raw scores; changed by this call
     */
    int next(float[] logits) {
        penalise(logits);
        int id = temperature == 0 ? largest(logits) : sample(logits);
        seen[id] = true;
        counts.merge(id, 1, Integer::sum);
        return id;
    }

    private void penalise(float[] logits) {
        if (repetitionPenalty != 1) {
            float penalty = (float) repetitionPenalty;
            for (int id = 0; id < logits.length; id++) {
                if (seen[id]) {
                    logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
                }
            }
        }
        if (presencePenalty != 0 || frequencyPenalty != 0) {
            counts.forEach((id, count) -> logits[id] -= (float) (presencePenalty + frequencyPenalty * count));
        }
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    private int sample(float[] logits) {
        double[] scores = new double[logits.length];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = logits[id] / temperature;
        }
        int[] candidates = candidates(scores);
        double most = scores[candidates[0]];
        double[] weights = new double[candidates.length];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp(scores[candidates[i]] - most);
            sum += weights[i];
        }
        double left = random.nextDouble() * sum;
        for (int i = 0; i < weights.length; i++) {
            left -= weights[i];
            if (left < 0) {
                return candidates[i];
            }
        }
        return candidates[candidates.length - 1];
    }

    /** The tokens that may be drawn, likeliest first. */
    private int[] candidates(double[] scores) {
        double most = Arrays.stream(scores).max().orElse(0);
        // Without a cut the order does not matter, but a likely first one makes the draw short.
        int[] sorted = IntStream.range(0, scores.length)
                .filter(id -> scores[id] > Double.NEGATIVE_INFINITY)
                .boxed()
                .sorted((a, b) -> scores[a] == scores[b] ? Integer.compare(a, b) : Double.compare(scores[b], scores[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        int kept = topK > 0 ? Math.min(topK, sorted.length) : sorted.length;
        double[] weights = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            weights[i] = Math.exp(scores[sorted[i]] - most);
            sum += weights[i];
        }
        kept = Math.min(kept, nucleus(weights, sum));
        int likely = 0;
        while (likely < kept && weights[likely] >= minP * weights[0]) {
            likely++;
        }
        return Arrays.copyOf(sorted, Math.max(1, likely));
    }

    /** How many of the likeliest reach the share {@code topP}; always one. */
    private int nucleus(double[] weights, double sum) {
        double reached = 0;
        for (int i = 0; i < weights.length; i++) {
            reached += weights[i];
            if (reached >= topP * sum) {
                return i + 1;
            }
        }
        return weights.length;
    }
}
