package io.github.glimpse.prune;

import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one step of a schedule did. Plain data, free of native memory.
 *
 * @param at where
 * @param strategy its name
 * @param images one entry per unit, as in {@link PruningReport#images}
 * @param ratioReason what settled the number of tokens, null where it is not said
 * @param confidence how sure the choice is, null for strategies that know nothing of the question; of images that were decided
 *     one by one, the least
 * @param guard what the guard did; of images that were decided one by one, the gravest
 */
public record StepReport(
        PruningPoint at,
        String strategy,
        List<Image> images,
        @Nullable RatioReason ratioReason,
        @Nullable Confidence confidence,
        GuardReport guard) {

    /** Copies the list. */
    public StepReport {
        images = List.copyOf(images);
    }

    /**
     * One image after the step, in raster order of its token grid.
     *
     * @param kept rising indices of the tokens that stayed
     * @param scores the scores that decided: probabilities for {@link ScoreKind#LOGIT}, else as the strategy gave them;
     *     not-a-number for tokens that an earlier step had dropped; null without scores
     * @param kind what the scores are
     * @param merged kept tokens that mix others
     * @param logits the numbers by which {@link ScoreKind#LOGIT} is ranked, not-a-number where the scores are: probabilities reach 1
     *     in float32 and tie, so whoever wants to draw a choice by another cap or floor needs them; else null
     */
    public record Image(
            int[] kept,
            float @Nullable [] scores,
            ScoreKind kind,
            List<MergedToken> merged,
            float @Nullable [] logits) {

        /** Copies the list. */
        public Image {
            merged = List.copyOf(merged);
        }

        /** An image without logits. */
        public Image(int[] kept, float @Nullable [] scores, ScoreKind kind, List<MergedToken> merged) {
            this(kept, scores, kind, merged, null);
        }

        @Override
        public String toString() {
            return "Image[kept " + kept.length + " tokens" + (scores == null ? "" : ", scored " + scores.length)
                    + (merged.isEmpty() ? "" : ", merged into " + merged.size()) + "]";
        }
    }

    /** Image tokens that stayed. */
    public int keptTokens() {
        return images.stream().mapToInt(image -> image.kept().length).sum();
    }

    /** This step without scores. */
    public StepReport withoutScores() {
        return new StepReport(
                at,
                strategy,
                images.stream()
                        .map(image -> new Image(image.kept(), null, image.kind(), image.merged()))
                        .toList(),
                ratioReason,
                confidence,
                guard);
    }

    @Override
    public String toString() {
        return "StepReport[" + strategy + " kept " + keptTokens() + " tokens at " + at + ", ratioReason=" + ratioReason
                + ", confidence=" + (confidence == null ? null : confidence.confidence()) + ", guard="
                + guard.action().label() + "]";
    }
}
