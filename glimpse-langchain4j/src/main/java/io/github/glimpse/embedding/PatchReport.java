package io.github.glimpse.embedding;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningPoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What pruning did to the pictures of one request. Plain data, free of native memory.
 *
 * @param pruning one line that tells the setting from others, {@code none} if nothing is dropped; of {@link EmbeddingEngine#label}
 * @param images one per picture, in the order of the request
 */
public record PatchReport(String pruning, List<Image> images) {

    /** Copies the list. */
    public PatchReport {
        images = List.copyOf(images);
    }

    /**
     * One picture.
     *
     * @param plan how it was cut into patches, for {@link io.github.glimpse.image.MaskOverlay}
     * @param kept rising indices of the patches that stayed, in raster order
     * @param cuts what was decided, in order; a cut that dropped nothing is left out
     */
    public record Image(PatchPlan plan, int[] kept, List<Cut> cuts) {

        /** Copies the list. */
        public Image {
            cuts = List.copyOf(cuts);
        }

        /** Patches before pruning. */
        public int patches() {
            return plan.grid().tokenCount();
        }

        @Override
        public String toString() {
            return "Image[kept " + kept.length + " of " + patches() + " patches]";
        }
    }

    /**
     * One decision.
     *
     * @param at where rows were dropped: {@code tower k} or {@code vision}
     * @param strategy name of the strategy that chose
     * @param alive indices of the patches that were there
     * @param scores one for each of those; null for a strategy without scores
     * @param kept indices of those that stayed
     */
    public record Cut(PruningPoint at, String strategy, int[] alive, float @Nullable [] scores, int[] kept) {

        @Override
        public String toString() {
            return "Cut[" + strategy + " kept " + kept.length + " of " + alive.length + " at " + at + "]";
        }
    }

    /** Patches before pruning. */
    public int patches() {
        return images.stream().mapToInt(Image::patches).sum();
    }

    /** Patches that stayed. */
    public int keptPatches() {
        return images.stream().mapToInt(image -> image.kept().length).sum();
    }

    /** Kept / all patches, 1 if there was no picture. */
    public double retention() {
        return patches() == 0 ? 1.0 : (double) keptPatches() / patches();
    }

    /** How many patches stayed; their numbers are in {@link #images()}. */
    @Override
    public String toString() {
        return "PatchReport[" + pruning + " kept " + keptPatches() + " of " + patches() + " patches of " + images.size()
                + (images.size() == 1 ? " picture]" : " pictures]");
    }
}
