package io.github.glimpse.generate;

import io.github.glimpse.constrain.ConstraintCursor;
import io.github.glimpse.constrain.ConstraintListener;
import io.github.glimpse.sampling.TokenLikelihoods;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How likely a model holds each text of a choice: the product over the text's own tokens of their probability among those that may
 * stand there, the end included, as shares of one. Where the tokenizer would spell another text, as one that drops blanks does,
 * these are the fewest tokens that spell it. Texts that begin alike share their steps, and where only one text is left
 * nothing has to be computed, so that a choice of single words costs no step beyond the prompt.
 */
final class ChoiceScores {

    /** Steps that are worth it. */
    static final int MOST_STEPS = 256;

    private final List<String> choices;
    private final List<int[]> ids;
    private final double[] logs;

    private ChoiceScores(List<String> choices, List<int[]> ids) {
        this.choices = choices;
        this.ids = ids;
        this.logs = new double[ids.size()];
    }

    /** The scores behind one more token. */
    @FunctionalInterface
    interface Step {

        /**
         * Runs the token behind {@code length} others.
         *
         * @return raw scores
         */
        float[] run(int id, int length);
    }

    /**
     * Compares the texts.
     *
     * @param mask at the beginning of the answer
     * @param logits behind the prompt
     * @return empty if they have more than 256 tokens together
     */
    static Map<String, Double> of(
            List<String> choices, Tokenizer tokenizer, AnswerMask mask, float[] logits, Step step) {
        List<int[]> ids = new ArrayList<>();
        int steps = 0;
        for (String choice : choices) {
            int[] spelled = tokenizer.encodePlain(tokenizer.guard(choice));
            if (!isAllowed(mask.cursor(), spelled)) {
                // Tokenizers that drop blanks, or change letters, spell another text.
                spelled = mask.spelled(choice);
            }
            ids.add(spelled);
            steps += spelled.length;
            if (steps > MOST_STEPS) {
                return Map.of();
            }
        }
        ChoiceScores scores = new ChoiceScores(choices, ids);
        List<Integer> all = new ArrayList<>();
        for (int index = 0; index < choices.size(); index++) {
            all.add(index);
        }
        scores.walk(all, 0, 0, mask, mask.cursor().copy(), logits, step);
        return scores.shares();
    }

    private static boolean isAllowed(ConstraintCursor beginning, int[] ids) {
        ConstraintCursor cursor = beginning.copy();
        try {
            for (int id : ids) {
                cursor.accept(id, ConstraintListener.NONE);
            }
        } catch (IllegalArgumentException e) {
            return false;
        }
        return cursor.complete();
    }

    /** Texts that share so many tokens, whose logarithm of the probability is {@code sum}. */
    private void walk(
            List<Integer> texts,
            int length,
            double sum,
            AnswerMask mask,
            ConstraintCursor cursor,
            float[] logits,
            Step step) {
        float[] masked = mask.masked(cursor, logits).clone();
        double logOfSum = TokenLikelihoods.logOfSum(masked, length + 1);
        Map<Integer, List<Integer>> next = new LinkedHashMap<>();
        for (int text : texts) {
            if (ids.get(text).length == length) {
                logs[text] = sum + mask.logOfEnds(masked) - logOfSum;
            } else {
                next.computeIfAbsent(ids.get(text)[length], id -> new ArrayList<>())
                        .add(text);
            }
        }
        next.forEach((id, group) -> {
            ConstraintCursor behind = cursor.copy();
            behind.accept(id, ConstraintListener.NONE);
            double with = sum + masked[id] - logOfSum;
            if (behind.finished()) {
                group.forEach(text -> logs[text] = with);
            } else {
                walk(group, length + 1, with, mask, behind, step.run(id, length), step);
            }
        });
    }

    private Map<String, Double> shares() {
        double most = Double.NEGATIVE_INFINITY;
        for (double log : logs) {
            most = Math.max(most, log);
        }
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - most);
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        for (int index = 0; index < logs.length; index++) {
            shares.put(choices.get(index), Math.exp(logs[index] - most) / sum);
        }
        return shares;
    }
}
