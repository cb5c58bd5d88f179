package io.github.glimpse.form;

import io.github.glimpse.constrain.ConstraintCursor;
import io.github.glimpse.constrain.ConstraintListener;
import io.github.glimpse.sampling.TokenLikelihoods;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How likely a model holds each text of a choice: the product over the text's own tokens of their probability among those that may
 * stand there, the end included, as shares of one. Where the tokenizer would spell another text, as one that drops blanks does,
 * these are the fewest tokens that spell it. Texts that begin alike share their steps, and where only one text is left
 * nothing has to be computed, so that a choice of single words costs no step beyond the prompt.
 */
public final class ChoiceScores {

    /** Steps that are worth it. */
    public static final int MOST_STEPS = 256;

    private final List<String> choices;
    private final AnswerMask mask;
    private final List<int[]> ids = new ArrayList<>();
    private final double[] logs;

    /**
     * Spells the texts of a mask's choice.
     *
     * @param mask at the beginning of the answer
     */
    public ChoiceScores(AnswerMask mask, Tokenizer tokenizer) {
        this.choices = mask.choices();
        this.mask = mask;
        this.logs = new double[choices.size()];
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
                ids.clear();
                return;
            }
        }
    }

    /** The scores behind one more token. */
    @FunctionalInterface
    public interface Step {

        /**
         * Runs the token behind {@code length} others.
         *
         * @param again whether another token will be run behind the same ones
         * @return raw scores
         */
        float[] run(int id, int length, boolean again);
    }

    /** Whether there is a choice to score: of texts that have 256 tokens together at most. */
    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /** Lengths that a step can come back to at once, that of the prompt aside. */
    public int branchings() {
        return branchings(all(), 0);
    }

    private int branchings(List<Integer> texts, int length) {
        Map<Integer, List<Integer>> next = byNext(texts, length);
        int deepest = next.values().stream()
                .mapToInt(group -> branchings(group, length + 1))
                .max()
                .orElse(0);
        return deepest + (length > 0 && next.size() > 1 ? 1 : 0);
    }

    private List<Integer> all() {
        return IntStream.range(0, ids.size()).boxed().toList();
    }

    /** Those of the texts that have more tokens than so many, by the next one. */
    private Map<Integer, List<Integer>> byNext(List<Integer> texts, int length) {
        return texts.stream()
                .filter(text -> ids.get(text).length > length)
                .collect(Collectors.groupingBy(text -> ids.get(text)[length], LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * Compares the texts of a choice that is not {@linkplain #isEmpty() empty}.
     *
     * @param logits behind the prompt
     */
    public Map<String, Double> shares(float[] logits, Step step) {
        walk(all(), 0, 0, mask.cursor().copy(), logits, step);
        return shares();
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
    private void walk(List<Integer> texts, int length, double sum, ConstraintCursor cursor, float[] logits, Step step) {
        float[] masked = mask.masked(cursor, logits).clone();
        double logOfSum = TokenLikelihoods.logOfSum(masked, length + 1);
        for (int text : texts) {
            if (ids.get(text).length == length) {
                logs[text] = sum + mask.logOfEnds(masked) - logOfSum;
            }
        }
        List<Way> open = new ArrayList<>();
        byNext(texts, length).forEach((id, group) -> {
            ConstraintCursor behind = cursor.copy();
            behind.accept(id, ConstraintListener.NONE);
            double with = sum + masked[id] - logOfSum;
            if (behind.finished()) {
                group.forEach(text -> logs[text] = with);
            } else {
                open.add(new Way(id, group, with, behind));
            }
        });
        for (Way way : open) {
            float[] scores = step.run(way.id, length, open.size() > 1);
            walk(way.texts, length + 1, way.sum, way.behind, scores, step);
        }
    }

    /** A token that texts go on with, to more than the end. */
    private record Way(int id, List<Integer> texts, double sum, ConstraintCursor behind) {}

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
