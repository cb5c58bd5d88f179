package io.github.glimpse.form;

import io.github.glimpse.constrain.ConstraintCursor;
import io.github.glimpse.constrain.ConstraintListener;
import io.github.glimpse.constrain.InvalidConstraintException;
import io.github.glimpse.constrain.OutputConstraint;
import io.github.glimpse.constrain.TokenVocabulary;
import io.github.glimpse.sampling.Sampler;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one answer to its form: forbids what may not follow before a token is chosen, so that likelihood, penalties and
 * sampling know nothing but what is allowed.
 */
public final class AnswerMask {

    /** Where fewer tokens may follow than one of so many, the form is written, and no penalty may spoil it. */
    private static final int STRUCTURE = 50;

    private final AnswerForm form;
    private ConstraintCursor cursor;
    private final long[] allowed;
    private final float[] masked;
    private final Set<Integer> ends;
    private final TokenVocabulary vocabulary;
    private int count;
    private long nanos;
    private int forced;
    private boolean truncated;

    private AnswerMask(AnswerForm form, ConstraintCursor cursor, TokenVocabulary vocabulary, Set<Integer> ends) {
        this.form = form;
        this.vocabulary = vocabulary;
        this.ends = ends;
        this.cursor = cursor;
        allowed = new long[vocabulary.words()];
        masked = new float[vocabulary.scores()];
    }

    /**
     * Begins an answer.
     *
     * @param most tokens that it may have
     * @return null if the form forbids nothing
     * @throws InvalidConstraintException if even the shortest answer may not fit, or the only one is empty
     */
    public static @Nullable AnswerMask begin(AnswerForm form, MaskVocabulary tokens, int most) {
        OutputConstraint constraint = form.constraint();
        if (constraint == null) {
            return null;
        }
        TokenVocabulary vocabulary = tokens.get();
        ConstraintCursor cursor = constraint.start(vocabulary);
        if (cursor.finished()) {
            throw new InvalidConstraintException(
                    "Only the empty text has the form that was asked for; ask for one that says something");
        }
        if (form.limit() == AnswerForm.Limit.CLOSE && cursor.leastTokens() > most) {
            throw new InvalidConstraintException("The shortest answer of the form that was asked for has up to "
                    + cursor.leastTokens() + " tokens, and there is room for " + most
                    + "; raise max-output-tokens, or ask for less");
        }
        return new AnswerMask(form, cursor, vocabulary, tokens.ends());
    }

    /**
     * Chooses the next token.
     *
     * @param logits raw scores, which stay as they are
     * @param left tokens that may still be written, this one included
     * @throws io.github.glimpse.NonFiniteNumbersException if they are no numbers
     */
    public int choose(Sampler sampler, float[] logits, int left) {
        long start = System.nanoTime();
        cursor.mask(allowed);
        mask(sampler, logits);
        nanos += System.nanoTime() - start;
        int id = chosen(sampler);
        start = System.nanoTime();
        if (form.limit() == AnswerForm.Limit.CLOSE && !endsInTime(id, left)) {
            truncated = true;
            cursor.mask(allowed, left);
            mask(sampler, logits);
            id = chosen(sampler);
        }
        forced += count == 1 ? 1 : 0;
        sampler.accept(id);
        cursor.accept(id, ConstraintListener.NONE);
        nanos += System.nanoTime() - start;
        return id;
    }

    /**
     * Chooses the next token where other tokens may come before the answer's form begins, such as a tag that opens a thought.
     *
     * @param others ids of these tokens; one that is chosen and does not fit the form is no part of it
     */
    public int choose(Sampler sampler, float[] logits, int left, int[] others) {
        cursor.mask(allowed);
        boolean[] fits = new boolean[others.length];
        for (int index = 0; index < others.length; index++) {
            int id = others[index];
            fits[index] = (allowed[id / Long.SIZE] >>> id & 1) != 0;
            allowed[id / Long.SIZE] |= 1L << id;
        }
        mask(sampler, logits);
        int id = chosen(sampler);
        for (int index = 0; index < others.length; index++) {
            if (others[index] == id && !fits[index]) {
                sampler.accept(id);
                return id;
            }
        }
        return choose(sampler, logits, left);
    }

    /** Chooses the next token of a thought before the answer: any but an end of the turn. */
    public int chooseFree(Sampler sampler, float[] logits) {
        sampler.requireNumbers(logits);
        System.arraycopy(logits, 0, masked, 0, masked.length);
        ends.forEach(end -> masked[end] = Float.NEGATIVE_INFINITY);
        int id = sampler.choose(masked);
        sampler.accept(id);
        return id;
    }

    /** Whether this token may follow. */
    public boolean allows(int id) {
        cursor.mask(allowed);
        return (allowed[id / Long.SIZE] >>> id & 1) != 0;
    }

    /** Whether tools may be called in the answer. */
    public boolean callsTools() {
        return form.callsTools();
    }

    /** Whether the answer is closed before the limit of output tokens. */
    public boolean closesInTime() {
        return form.limit() == AnswerForm.Limit.CLOSE;
    }

    /** Fewest tokens that complete the answer from here. */
    public int leastTokens() {
        return cursor.leastTokens();
    }

    private int chosen(Sampler sampler) {
        return count * (long) STRUCTURE < masked.length ? sampler.chooseUnpenalised(masked) : sampler.choose(masked);
    }

    private void mask(Sampler sampler, float[] logits) {
        sampler.requireNumbers(logits);
        mask(logits);
    }

    private void mask(float[] logits) {
        count = 0;
        for (int word = 0; word < allowed.length; word++) {
            int from = word * Long.SIZE;
            int to = Math.min(from + Long.SIZE, masked.length);
            long bits = allowed[word];
            count += Long.bitCount(bits);
            if (bits == 0) {
                Arrays.fill(masked, from, to, Float.NEGATIVE_INFINITY);
            } else {
                for (int id = from; id < to; id++) {
                    masked[id] = (bits >>> id & 1) == 0 ? Float.NEGATIVE_INFINITY : logits[id];
                }
            }
        }
    }

    /** The fewest tokens that spell a text as a whole answer. */
    int[] spelled(String text) {
        return vocabulary.spelled(text);
    }

    /** The scores of what may follow elsewhere; overwritten by the next call. */
    float[] masked(ConstraintCursor place, float[] logits) {
        place.mask(allowed);
        mask(logits);
        return masked;
    }

    /** Logarithm of the sum of the exponentials of the scores of all ends. */
    double logOfEnds(float[] scores) {
        double sum = 0;
        for (int id : ends) {
            sum += Math.exp(scores[id]);
        }
        return Math.log(sum);
    }

    /** Where the answer is. */
    ConstraintCursor cursor() {
        return cursor;
    }

    List<String> choices() {
        return form.choices();
    }

    /** Whether the answer can still be finished behind this token. */
    private boolean endsInTime(int id, int left) {
        ConstraintCursor behind = cursor.copy();
        behind.accept(id, ConstraintListener.NONE);
        return behind.leastTokens() < left;
    }

    /** Begins the answer anew: all tokens so far are none of it. */
    public void restart() {
        OutputConstraint constraint = form.constraint();
        cursor = constraint == null ? cursor : constraint.start(vocabulary);
    }

    /** Whether the answer may end here. */
    public boolean isComplete() {
        return cursor.complete();
    }

    /** Whether nothing but an end is possible here. */
    public boolean isFinished() {
        return cursor.finished();
    }

    /** The limit of output tokens was reached before the answer ended by itself. */
    public void limitReached() {
        truncated = true;
    }

    /** Whether the limit had a say in it. */
    public boolean isTruncated() {
        return truncated;
    }

    public ConstraintReport report(Map<String, Double> choiceScores, Map<String, Double> fields) {
        return new ConstraintReport(
                form.kind(), form.compileTime(), Duration.ofNanos(nanos), forced, truncated, choiceScores, fields);
    }
}
