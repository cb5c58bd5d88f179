package io.github.glimpse.prune;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy chose. Indices are local: 0 is the first token that was alive at the step.
 *
 * @param kept rising indices of the tokens that stay; for merging strategies their representatives
 * @param scores the scores that decided, one per token that was alive, higher means more needed; null for a strategy
 *     without scores
 * @param kind what the scores are
 * @param passedThreshold tokens above the threshold, before cap, floor and anchors; all kept ones where there is none
 * @param order the kept tokens in the order in which a greedy strategy picked them, null for others
 * @param merged tokens that mix several; kept ones that are not here stay as they are
 * @param reason what settled the number of tokens, null where it is not said
 */
public record TokenSelection(
        int[] kept,
        float @Nullable [] scores,
        ScoreKind kind,
        int passedThreshold,
        int @Nullable [] order,
        List<MergedToken> merged,
        @Nullable RatioReason reason) {

    /** What scores are. */
    public enum ScoreKind {
        /** Logits of a learned predictor: their sigmoid is a probability. */
        LOGIT,
        /** Shares of attention, not negative. */
        SHARE,
        /** Any other number. */
        VALUE
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
            java.util.Arrays.fill(weights, share);
            return new MergedToken(representative, share, sources, weights);
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
        this(kept, logits, ScoreKind.LOGIT, passedThreshold, null, List.of(), null);
    }

    /** Everything stays. */
    public static TokenSelection all(int tokens) {
        int[] kept = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            kept[i] = i;
        }
        return of(kept);
    }

    /** A choice of the wanted number of tokens, without scores. */
    public static TokenSelection of(int[] kept) {
        return new TokenSelection(kept, null, ScoreKind.VALUE, kept.length, null, List.of(), RatioReason.COUNT);
    }

    /** A choice of the wanted number of tokens by scores. */
    public static TokenSelection scored(int[] kept, float[] scores, ScoreKind kind) {
        return new TokenSelection(kept, scores, kind, kept.length, null, List.of(), RatioReason.COUNT);
    }

    /** A choice made token by token; {@code kept} are its picks, sorted. */
    public static TokenSelection picked(int[] order) {
        int[] kept = order.clone();
        java.util.Arrays.sort(kept);
        return new TokenSelection(kept, null, ScoreKind.VALUE, kept.length, order, List.of(), RatioReason.COUNT);
    }

    /** This choice with other tokens kept, such as anchors besides. Those that are new come last in the order of picks. */
    public TokenSelection withKept(int[] others) {
        int[] picks = order == null
                ? null
                : java.util.stream.IntStream.concat(
                                java.util.Arrays.stream(order),
                                java.util.Arrays.stream(others)
                                        .filter(token -> java.util.Arrays.binarySearch(kept, token) < 0))
                        .toArray();
        return new TokenSelection(others, scores, kind, passedThreshold, picks, merged, reason);
    }

    /** This choice with scores. */
    public TokenSelection withScores(float[] values, ScoreKind valuesKind) {
        return new TokenSelection(kept, values, valuesKind, passedThreshold, order, merged, reason);
    }

    /** This choice with tokens that mix several. */
    public TokenSelection withMerged(List<MergedToken> tokens) {
        return new TokenSelection(kept, scores, kind, passedThreshold, order, tokens, reason);
    }

    /** This choice with what settled the number of tokens. */
    public TokenSelection withReason(RatioReason settledBy) {
        return new TokenSelection(kept, scores, kind, passedThreshold, order, merged, settledBy);
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
