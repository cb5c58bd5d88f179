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
    private final TokenLikelihoods likelihoods = new TokenLikelihoods();
    private double logProbability;

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
     * @throws io.github.glimpse.NonFiniteNumbersException if they are no numbers
     */
    int next(float[] logits) {
        int id = choose(logits);
        accept(id);
        return id;
    }

    /** Chooses a token, which is remembered once it is {@linkplain #accept accepted}; else as {@link #next}. */
    int choose(float[] logits) {
        double logOfSum = TokenLikelihoods.logOfSum(logits, likelihoods.count() + 1);
        float[] raw = penalises() ? logits.clone() : logits;
        penalise(logits);
        return chosen(logits, raw, logOfSum);
    }

    /** As {@link #choose}, without penalties. */
    int chooseUnpenalised(float[] logits) {
        return chosen(logits, logits, TokenLikelihoods.logOfSum(logits, likelihoods.count() + 1));
    }

    private int chosen(float[] logits, float[] raw, double logOfSum) {
        int id = temperature == 0 ? largest(logits) : sample(logits);
        logProbability = raw[id] - logOfSum;
        return id;
    }

    /** The token that was chosen last is part of the answer. */
    void accept(int id) {
        likelihoods.add(logProbability);
        seen[id] = true;
        counts.merge(id, 1, Integer::sum);
    }

    /** Logarithm of the probability of the token that was chosen last. */
    double logProbability() {
        return logProbability;
    }

    /**
     * Checks scores of which only some are chosen from.
     *
     * @throws io.github.glimpse.NonFiniteNumbersException if they are no numbers
     */
    void requireNumbers(float[] logits) {
        for (float logit : logits) {
            if (!(logit < Float.POSITIVE_INFINITY)) {
                TokenLikelihoods.logOfSum(logits, likelihoods.count() + 1);
            }
        }
    }

    /** How likely the chosen tokens were, by the raw scores. */
    AnswerLikelihood likelihood() {
        return likelihoods.result();
    }

    private boolean penalises() {
        return repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
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
        int[] candidates = candidates(logits);
        double[] weights = weights(logits, candidates);
        int kept = candidates.length;
        if (topP < 1) {
            kept = nucleus(weights);
        }
        double least = minP * Arrays.stream(weights).max().orElse(0);
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            weights[i] = weights[i] < least ? 0 : weights[i];
            sum += weights[i];
        }
        double left = random.nextDouble() * sum;
        int last = 0;
        for (int i = 0; i < kept; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    break;
                }
            }
        }
        return candidates[last];
    }

    /** All ids, or where a cut depends on the order the best ones, likeliest first, ties by the lower id. */
    private int[] candidates(float[] logits) {
        if (topK == 0 && topP == 1) {
            return IntStream.range(0, logits.length).toArray();
        }
        long[] keys = new long[logits.length];
        for (int id = 0; id < keys.length; id++) {
            int bits = Float.floatToIntBits(logits[id]);
            int rising = bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE;
            keys[id] = (((long) ~rising << Integer.SIZE) ^ Long.MIN_VALUE) | id;
        }
        Arrays.sort(keys);
        int count = topK > 0 ? Math.min(topK, keys.length) : keys.length;
        return Arrays.stream(keys, 0, count).mapToInt(key -> (int) key).toArray();
    }

    private double[] weights(float[] logits, int[] candidates) {
        float most = Float.NEGATIVE_INFINITY;
        for (int id : candidates) {
            most = Math.max(most, logits[id]);
        }
        double[] weights = new double[candidates.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp((logits[candidates[i]] - most) / temperature);
        }
        return weights;
    }

    /** How many of the likeliest reach the share {@code topP}; always one. */
    private int nucleus(double[] weights) {
        double goal = topP * Arrays.stream(weights).sum();
        double reached = 0;
        for (int i = 0; i < weights.length; i++) {
            reached += weights[i];
            if (reached >= goal) {
                return i + 1;
            }
        }
        return weights.length;
    }
}
