package io.github.glimpse.prune;

import io.github.glimpse.image.PatchPlan;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What pruning did to one request. Plain data, free of native memory: it may be kept for days.
 *
 * @param strategy name of the strategy, {@code none} if nothing was pruned
 * @param at where the last cut was made, null if there was none
 * @param images one entry per image, in prompt order
 * @param steps what each step did, in order; empty if nothing was pruned
 */
public record PruningReport(String strategy, @Nullable PruningPoint at, List<Image> images, List<StepReport> steps) {

    /** Copies the lists. */
    public PruningReport {
        images = List.copyOf(images);
        steps = List.copyOf(steps);
    }

    /** A report that says nothing of the steps. */
    public PruningReport(String strategy, @Nullable PruningPoint at, List<Image> images) {
        this(strategy, at, images, List.of());
    }

    /**
     * One image.
     *
     * @param plan how the image was cut into tokens
     * @param kept rising indices of the tokens that stayed, in raster order of the image's token grid
     * @param probabilities score map: 0..1 per token in raster order, null for strategies without scores
     * @param imageTokens image tokens before pruning: those of the plan unless the image was made smaller to have fewer
     */
    public record Image(PatchPlan plan, int[] kept, float @Nullable [] probabilities, int imageTokens) {

        /** An image that was cut into tokens as it came. */
        public Image(PatchPlan plan, int[] kept, float @Nullable [] probabilities) {
            this(plan, kept, probabilities, plan.grid().tokenCount());
        }

        /** The same without its score map. */
        public Image withoutProbabilities() {
            return new Image(plan, kept, null, imageTokens);
        }

        @Override
        public String toString() {
            return "Image[kept " + kept.length + " of " + imageTokens + " tokens]";
        }
    }

    /** Image tokens before pruning. */
    public int imageTokens() {
        return images.stream().mapToInt(Image::imageTokens).sum();
    }

    /** Image tokens that stayed. */
    public int keptTokens() {
        return images.stream().mapToInt(image -> image.kept().length).sum();
    }

    /** Kept / all image tokens, 1 if there was no image. */
    public double retention() {
        return imageTokens() == 0 ? 1.0 : (double) keptTokens() / imageTokens();
    }

    /**
     * How sure the selection is of itself, 0..1: that of the least sure step, after the guard. Null if no step knows: nothing
     * was pruned, or by strategies that know nothing of the question.
     */
    public @Nullable Double confidence() {
        return steps.stream()
                .map(StepReport::confidence)
                .filter(Objects::nonNull)
                .map(Confidence::confidence)
                .min(Double::compare)
                .orElse(null);
    }

    /** What settled the number of tokens at the last step that says so, null if none does. */
    public @Nullable RatioReason ratioReason() {
        RatioReason last = null;
        for (StepReport step : steps) {
            last = step.ratioReason() != null ? step.ratioReason() : last;
        }
        return last;
    }

    /** What the guard did, at the step where that was gravest. */
    public GuardReport guard() {
        return steps.stream()
                .map(StepReport::guard)
                .max(Comparator.comparing(GuardReport::action))
                .orElse(GuardReport.none(keptTokens()));
    }

    /** This report without the scores of tokens; which were kept, and how sure that is, stays. */
    public PruningReport withoutScores() {
        return new PruningReport(
                strategy,
                at,
                images.stream().map(Image::withoutProbabilities).toList(),
                steps.stream().map(StepReport::withoutScores).toList());
    }

    /** Indices of the kept tokens among those of all images joined, rising. */
    public int[] keptJoined() {
        int[] joined = new int[keptTokens()];
        int next = 0;
        int first = 0;
        for (Image image : images) {
            for (int token : image.kept()) {
                joined[next++] = first + token;
            }
            first += image.plan().grid().tokenCount();
        }
        return joined;
    }

    /** How many tokens stayed and where the others were cut; their numbers are in {@link #images()}. */
    @Override
    public String toString() {
        return "PruningReport[" + strategy + " kept " + keptTokens() + " of " + imageTokens() + " image tokens of "
                + images.size() + (images.size() == 1 ? " picture" : " pictures") + (at == null ? "" : " at " + at)
                + "]";
    }
}
