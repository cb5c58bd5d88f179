package io.github.glimpse.prune;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy chose, or by which scores it wants chosen. Indices are local: 0 is the first token that was alive at the step.
 *
 * @param kept rising indices of the tokens that stay; for merging strategies their representatives; none where the scores are
 *     to choose
 * @param scores the scores that decided, one per token that was alive, higher means more needed; null for a strategy
 *     without scores
 * @param kind what the scores are
 * @param passedThreshold tokens above the threshold, before cap, floor and anchors; all kept ones where there is none
 * @param merged tokens that mix several; kept ones that are not here stay as they are
 * @param reason what settled the number of tokens, null where it is not said
 * @param open what {@link Settlement} has to settle yet
 */
public record TokenSelection(
        int[] kept,
        float @Nullable [] scores,
        ScoreKind kind,
        int passedThreshold,
        List<MergedToken> merged,
        @Nullable RatioReason reason,
        Open open) {

    /** What scores are. */
    public enum ScoreKind {
        /** Logits of a learned predictor: their sigmoid is a probability. */
        LOGIT,
        /** Shares of attention, not negative. */
        SHARE,
        /** Any other number. */
        VALUE
    }

    /** What a strategy leaves to {@link Settlement}, besides the anchors. Where there is anything, the best by score stay. */
    public enum Open {
        /** Nothing: the tokens stay that it kept. */
        NOTHING,
        /** Cap and floor: where these allow another number than it kept. */
        BOUNDS,
        /** The number of tokens, which is that of {@link TokenBudget#count}. */
        COUNT,
        /** Threshold, cap and floor; the scores are logits. */
        THRESHOLD
    }

    /**
     * A token that mixes several. The engine computes its row.
     *
     * @param representative the token whose place and positions it takes, one of those kept
     * @param weight weight of the representative's own row
     * @param sources the other tokens that go into it
     * @param weights their weights, in the same order
     */
    public record MergedToken(int representative, float weight, int[] sources, float[] weights) {

        /** Checks that each source has a weight. */
        public MergedToken {
            if (sources.length != weights.length) {
                throw new IllegalArgumentException(
                        "A merged token has " + sources.length + " sources and " + weights.length + " weights");
            }
        }

        /** The mean of a token and its sources. */
        public static MergedToken mean(int representative, int[] sources) {
            float share = 1.0f / (sources.length + 1);
            float[] weights = new float[sources.length];
            Arrays.fill(weights, share);
            return new MergedToken(representative, share, sources, weights);
        }

        /** The same among tokens that {@code first} others stand before. */
        public MergedToken behind(int first) {
            return new MergedToken(
                    first + representative,
                    weight,
                    Arrays.stream(sources).map(source -> first + source).toArray(),
                    weights);
        }

        @Override
        public String toString() {
            return "MergedToken[" + sources.length + " tokens into token " + representative + "]";
        }
    }

    /** Copies the list. */
    public TokenSelection {
        merged = List.copyOf(merged);
    }

    /** A decision by logits, or, if they are null, without scores. */
    public TokenSelection(int[] kept, float @Nullable [] logits, int passedThreshold) {
        this(kept, logits, ScoreKind.LOGIT, passedThreshold, List.of(), null, Open.NOTHING);
    }

    /** Everything stays. */
    public static TokenSelection all(int tokens) {
        return of(IntStream.range(0, tokens).toArray());
    }

    /** A choice of the wanted number of tokens, without scores. */
    public static TokenSelection of(int[] kept) {
        return new TokenSelection(kept, null, ScoreKind.VALUE, kept.length, List.of(), RatioReason.COUNT, Open.NOTHING);
    }

    /** A choice of the wanted number of tokens by scores. */
    public static TokenSelection scored(int[] kept, float[] scores, ScoreKind kind) {
        return of(kept).withScores(scores, kind);
    }

    /** A choice made token by token, in the order of the picks. */
    public static TokenSelection picked(int[] order) {
        return of(Ranking.rising(order));
    }

    /** As many of the best tokens as {@link TokenBudget#count} says. For strategies with {@link StrategyTrait#USES_BUDGET}. */
    public static TokenSelection byCount(float[] scores, ScoreKind kind) {
        return new TokenSelection(new int[0], scores, kind, 0, List.of(), RatioReason.COUNT, Open.COUNT);
    }

    /** The tokens whose probability, the sigmoid of the logit, is above the threshold, within cap and floor. */
    public static TokenSelection byThreshold(float[] logits) {
        return new TokenSelection(
                new int[0], logits, ScoreKind.LOGIT, 0, List.of(), RatioReason.THRESHOLD, Open.THRESHOLD);
    }

    /**
     * The tokens that a strategy wants kept, as far as cap, floor and a count allow it: else the best by score.
     *
     * @param reason what settled how many it wants
     */
    public static TokenSelection wanted(int[] kept, float[] scores, ScoreKind kind, RatioReason reason) {
        return new TokenSelection(kept, scores, kind, kept.length, List.of(), reason, Open.BOUNDS);
    }

    /** The same for so many of the best tokens. */
    public static TokenSelection wanted(int count, float[] scores, ScoreKind kind, RatioReason reason) {
        return wanted(Ranking.rising(Ranking.best(scores, count)), scores, kind, reason);
    }

    /** This choice, settled. */
    TokenSelection settled(int[] stay, int passed, @Nullable RatioReason settledBy) {
        return new TokenSelection(stay, scores, kind, passed, merged, settledBy, Open.NOTHING);
    }

    /** This choice with other tokens kept, such as anchors besides. */
    public TokenSelection withKept(int[] others) {
        return new TokenSelection(others, scores, kind, passedThreshold, merged, reason, open);
    }

    /** This choice with scores. */
    public TokenSelection withScores(float[] values, ScoreKind valuesKind) {
        return new TokenSelection(kept, values, valuesKind, passedThreshold, merged, reason, open);
    }

    /** This choice with tokens that mix several. */
    public TokenSelection withMerged(List<MergedToken> tokens) {
        return new TokenSelection(kept, scores, kind, passedThreshold, tokens, reason, open);
    }

    /** This choice with what settled the number of tokens. */
    public TokenSelection withReason(RatioReason settledBy) {
        return new TokenSelection(kept, scores, kind, passedThreshold, merged, settledBy, open);
    }

    /** The scores if they are logits, else null. */
    public float @Nullable [] logits() {
        return kind == ScoreKind.LOGIT ? scores : null;
    }

    @Override
    public String toString() {
        return "TokenSelection[kept " + kept.length + " tokens" + (scores == null ? "" : " of " + scores.length)
                + (merged.isEmpty() ? "" : ", merged into " + merged.size()) + ", reason=" + reason + "]";
    }
}
