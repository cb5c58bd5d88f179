package io.github.glimpse.prune;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What pruning did to one request. Plain data, free of native memory: it may be kept for days.
 *
 * @param strategy name of the strategy, {@code none} if nothing was pruned
 * @param at where the last cut was made, null if there was none
 * @param images one entry per unit, in prompt order: for each picture that is one unit, and for each tile and each slice of others
 * @param steps what each step did, in order; empty if nothing was pruned
 * @param newlineRows rows of the prompt that stand between image tokens and are none: never dropped, and counted nowhere else
 */
public record PruningReport(
        String strategy, @Nullable PruningPoint at, List<Image> images, List<StepReport> steps, int newlineRows) {

    /** Copies the lists. */
    public PruningReport {
        images = List.copyOf(images);
        steps = List.copyOf(steps);
    }

    /** A report of a prompt whose image rows are all tokens. */
    public PruningReport(String strategy, @Nullable PruningPoint at, List<Image> images, List<StepReport> steps) {
        this(strategy, at, images, steps, 0);
    }

    /** A report that says nothing of the steps. */
    public PruningReport(String strategy, @Nullable PruningPoint at, List<Image> images) {
        this(strategy, at, images, List.of());
    }

    /**
     * One unit, such as an image.
     *
     * @param unit of which picture or video it is which part, and how that was cut into tokens
     * @param kept rising indices of the tokens that stayed, in raster order of the unit's token grid
     * @param probabilities score map: 0..1 per token in raster order, null for strategies without scores
     * @param imageTokens image tokens before pruning: those of the plan unless the image was made smaller to have fewer
     */
    public record Image(TokenUnit unit, int[] kept, float @Nullable [] probabilities, int imageTokens) {

        /** An image that was cut into tokens as it came. */
        public Image(PatchPlan plan, int[] kept, float @Nullable [] probabilities) {
            this(plan, kept, probabilities, plan.grid().tokenCount());
        }

        /** An image that is one unit. */
        public Image(PatchPlan plan, int[] kept, float @Nullable [] probabilities, int imageTokens) {
            this(TokenUnit.of(TokenUnit.Kind.IMAGE, plan), kept, probabilities, imageTokens);
        }

        /** How the unit was cut into tokens, and where they lie on the picture. */
        public PatchPlan plan() {
            return unit.plan();
        }

        /** The same without its score map. */
        public Image withoutProbabilities() {
            return new Image(unit, kept, null, imageTokens);
        }

        @Override
        public String toString() {
            return "Image[kept " + kept.length + " of " + imageTokens + " tokens]";
        }
    }

    /**
     * What was kept of a video.
     *
     * @param index number of the video among the prompt's videos
     * @param slices that it has
     * @param tokens image tokens before pruning
     * @param kept image tokens that stayed
     * @param least fewest that stayed of a slice
     * @param most most that stayed of a slice
     * @param emptied slices of which none stayed
     */
    public record Video(int index, int slices, int tokens, int kept, int least, int most, int emptied) {

        /** Kept / all image tokens. */
        public double retention() {
            return (double) kept / tokens;
        }
    }

    /** What was kept of each video, in prompt order. */
    public List<Video> videos() {
        Map<Integer, List<Image>> slices = new TreeMap<>();
        for (Image image : images) {
            if (image.unit().kind() == TokenUnit.Kind.VIDEO) {
                slices.computeIfAbsent(image.unit().index(), index -> new ArrayList<>())
                        .add(image);
            }
        }
        List<Video> videos = new ArrayList<>();
        slices.forEach((index, ofVideo) -> {
            IntSummaryStatistics kept =
                    ofVideo.stream().mapToInt(slice -> slice.kept().length).summaryStatistics();
            videos.add(new Video(
                    index,
                    ofVideo.size(),
                    ofVideo.stream().mapToInt(Image::imageTokens).sum(),
                    (int) kept.getSum(),
                    kept.getMin(),
                    kept.getMax(),
                    (int) ofVideo.stream()
                            .filter(slice -> slice.kept().length == 0)
                            .count()));
        });
        return videos;
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
                steps.stream().map(StepReport::withoutScores).toList(),
                newlineRows);
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
                + counted() + (at == null ? "" : " at " + at) + "]";
    }

    private String counted() {
        long videos = count(true);
        long pictures = count(false);
        String ofPictures = pictures + (pictures == 1 ? " picture" : " pictures");
        String ofVideos = videos + (videos == 1 ? " video" : " videos");
        return videos == 0 ? ofPictures : pictures == 0 ? ofVideos : ofPictures + " and " + ofVideos;
    }

    private long count(boolean videos) {
        return images.stream()
                .map(Image::unit)
                .filter(unit -> (unit.kind() == TokenUnit.Kind.VIDEO) == videos)
                .map(TokenUnit::index)
                .distinct()
                .count();
    }
}
