package io.github.glimpse.sampling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Chooses the next token: penalties, then greedy or temperature, top-k, top-p and min-p in this order, as the Hugging Face
 * library applies them. Greedy takes the largest score and the lowest id on a tie.
 *
 * <p>The repetition penalty sees prompt and answer, image placeholders included (spec, section 7.3); presence and frequency
 * penalty see the answer only. One object serves one request.
 */
public final class Sampler {

    private final SamplingNumbers numbers;
    private final SplittableRandom random;
    private final boolean[] seen;
    private final Map<Integer, Integer> counts = new HashMap<>();
    private final TokenLikelihoods likelihoods = new TokenLikelihoods();
    private double logProbability;

    /**
     * For one answer.
     *
     * @param promptIds which the repetition penalty sees
     * @param vocabulary how many scores there are
     */
    public Sampler(SamplingNumbers numbers, int[] promptIds, int vocabulary) {
        this.numbers = numbers;
        this.random = numbers.seed() == null ? new SplittableRandom() : new SplittableRandom(numbers.seed());
        this.seen = new boolean[vocabulary];
        for (int id : promptIds) {
            seen[id] = true;
        }
    }

    /**
     * Chooses a token and remembers it.
     *
     * @param logits raw scores; changed by this call
     * @throws io.github.glimpse.NonFiniteNumbersException if they are no numbers
     */
    public int next(float[] logits) {
        return next(logits, Double.NaN);
    }

    /**
     * As {@link #next(float[])}.
     *
     * @param logOfSum logarithm of the sum of the scores' exponentials if it is known, else NaN
     */
    public int next(float[] logits, double logOfSum) {
        int id = choose(logits, Double.isNaN(logOfSum) ? logOfSum(logits) : logOfSum);
        accept(id);
        return id;
    }

    /** Whether the token with the largest of the raw scores is the next one, the first of several. */
    public boolean takesLikeliest() {
        return numbers.temperature() == 0 && !penalises();
    }

    /**
     * Takes the token that another has found, and remembers it, where this {@linkplain #takesLikeliest takes the likeliest}.
     *
     * @param score its raw score
     * @param logOfSum as for {@link #next(float[], double)}, a number
     */
    public int next(int likeliest, float score, double logOfSum) {
        logProbability = score - logOfSum;
        accept(likeliest);
        return likeliest;
    }

    /** Chooses a token, which is remembered once it is {@linkplain #accept accepted}; else as {@link #next}. */
    public int choose(float[] logits) {
        return choose(logits, logOfSum(logits));
    }

    private double logOfSum(float[] logits) {
        return TokenLikelihoods.logOfSum(logits, likelihoods.count() + 1);
    }

    private int choose(float[] logits, double logOfSum) {
        float[] raw = penalises() ? logits.clone() : logits;
        penalise(logits);
        return chosen(logits, raw, logOfSum);
    }

    /** As {@link #choose}, without penalties. */
    public int chooseUnpenalised(float[] logits) {
        return chosen(logits, logits, logOfSum(logits));
    }

    private int chosen(float[] logits, float[] raw, double logOfSum) {
        int id = numbers.temperature() == 0 ? largest(logits) : sample(logits);
        logProbability = raw[id] - logOfSum;
        return id;
    }

    /** The token that was chosen last is part of the answer. */
    public void accept(int id) {
        likelihoods.add(logProbability);
        seen[id] = true;
        counts.merge(id, 1, Integer::sum);
    }

    /** Logarithm of the probability of the token that was chosen last. */
    public double logProbability() {
        return logProbability;
    }

    /**
     * Checks scores of which only some are chosen from.
     *
     * @throws io.github.glimpse.NonFiniteNumbersException if they are no numbers
     */
    public void requireNumbers(float[] logits) {
        for (float logit : logits) {
            if (!(logit < Float.POSITIVE_INFINITY)) {
                logOfSum(logits);
            }
        }
    }

    /** How likely the chosen tokens were, by the raw scores. */
    public TokenLikelihoods likelihoods() {
        return likelihoods;
    }

    private boolean penalises() {
        return numbers.repetitionPenalty() != 1 || numbers.presencePenalty() != 0 || numbers.frequencyPenalty() != 0;
    }

    private void penalise(float[] logits) {
        if (numbers.repetitionPenalty() != 1) {
            float penalty = (float) numbers.repetitionPenalty();
            for (int id = 0; id < logits.length; id++) {
                if (seen[id]) {
                    logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
                }
            }
        }
        double presence = numbers.presencePenalty();
        double frequency = numbers.frequencyPenalty();
        if (presence != 0 || frequency != 0) {
            counts.forEach((id, count) -> logits[id] -= (float) (presence + frequency * count));
        }
    }

    private static int largest(float[] logits) {
        int best = 0;
        float most = logits[0];
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > most) {
                best = id;
                most = logits[id];
            }
        }
        return best;
    }

    private int sample(float[] logits) {
        if (numbers.topK() == 0 && numbers.topP() == 1) {
            return draw(rank -> rank, weights(logits, logits.length, rank -> rank));
        }
        if (numbers.topK() == 0) {
            return nucleus(logits);
        }
        Likeliest likeliest = new Likeliest(logits);
        double[] weights = weights(logits, Math.min(numbers.topK(), likeliest.size()), likeliest::id);
        return draw(likeliest::id, numbers.topP() == 1 ? weights : nucleus(weights));
    }

    /** An id of those of the first ranks, each as often as its weight says. */
    private int draw(IntUnaryOperator idOf, double[] weights) {
        double least = numbers.minP() * Arrays.stream(weights).max().orElse(0);
        double sum = 0;
        for (int rank = 0; rank < weights.length; rank++) {
            weights[rank] = weights[rank] < least ? 0 : weights[rank];
            sum += weights[rank];
        }
        double left = random.nextDouble() * sum;
        int last = 0;
        for (int rank = 0; rank < weights.length; rank++) {
            if (weights[rank] > 0) {
                last = rank;
                left -= weights[rank];
                if (left < 0) {
                    break;
                }
            }
        }
        return idOf.applyAsInt(last);
    }

    /** How likely the ids of the first ranks are beside the likeliest of them. */
    private double[] weights(float[] logits, int count, IntUnaryOperator idOf) {
        float most = Float.NEGATIVE_INFINITY;
        for (int rank = 0; rank < count; rank++) {
            most = Math.max(most, logits[idOf.applyAsInt(rank)]);
        }
        double[] weights = new double[count];
        for (int rank = 0; rank < count; rank++) {
            weights[rank] = weight(logits[idOf.applyAsInt(rank)], most);
        }
        return weights;
    }

    private double weight(float logit, float most) {
        return Math.exp((logit - most) / numbers.temperature());
    }

    /** Of some weights the likeliest that reach the share {@code topP}; always one. */
    private double[] nucleus(double[] weights) {
        double goal = numbers.topP() * Arrays.stream(weights).sum();
        double reached = 0;
        for (int rank = 0; rank < weights.length; rank++) {
            reached += weights[rank];
            if (reached >= goal) {
                return Arrays.copyOf(weights, rank + 1);
            }
        }
        return weights;
    }

    /** An id of the likeliest of all that reach the share {@code topP}. */
    private int nucleus(float[] logits) {
        float most = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += weight(logit, most);
        }
        // All that weigh less than this weigh less together than what may be left out: half of it, to be safe from
        // rounding.
        double small = (1 - numbers.topP()) * sum / (2.0 * logits.length);
        Likeliest likeliest = new Likeliest(logits, most + numbers.temperature() * Math.log(small));
        double goal = numbers.topP() * sum;
        double[] weights = new double[64];
        double reached = 0;
        int rank = 0;
        while (rank < likeliest.size() && (rank == 0 || reached < goal)) {
            weights = rank == weights.length ? Arrays.copyOf(weights, 2 * rank) : weights;
            weights[rank] = weight(logits[likeliest.id(rank)], most);
            reached += weights[rank++];
        }
        return draw(likeliest::id, Arrays.copyOf(weights, rank));
    }
}
