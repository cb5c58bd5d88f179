package io.github.glimpse.prune;

import io.github.glimpse.image.FilmStrip;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.MaskOverlay;
import io.github.glimpse.image.MergeOverlay;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.TokenUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A {@link PruningReport} drawn on its pictures, as PNG files of their size: for each picture, and for each step of the schedule,
 * what stayed, by which scores, and which tokens went into which. Drawn from what the answer's own pass reported; the model
 * does not run again. Pictures and steps count from 0. Safe for concurrent use.
 */
public final class PruningExplanation {

    private final PruningReport report;
    private final List<RasterImage> pictures;

    private PruningExplanation(PruningReport report, List<RasterImage> pictures) {
        if (pictures.size() != report.images().size()) {
            throw new IllegalArgumentException(
                    "The report is about " + report.images().size() + " pictures, " + pictures.size()
                            + " were given; give those of the whole conversation, in its order");
        }
        this.report = report;
        this.pictures = List.copyOf(pictures);
    }

    /**
     * Draws on pictures.
     *
     * @param pictures the request's pictures as they were sent, turned upright, in prompt order; of a video the first frame of each
     *     slice
     * @throws IllegalArgumentException if there are more or fewer than the report has
     */
    public static PruningExplanation of(PruningReport report, List<RasterImage> pictures) {
        return new PruningExplanation(report, pictures);
    }

    /**
     * Draws on picture files.
     *
     * @param decoder reads them, with its limits
     * @param files the request's pictures as they were sent, in prompt order; of a video the first frame of each slice
     * @throws IllegalArgumentException if there are more or fewer than the report has
     * @throws io.github.glimpse.InvalidImageException if one cannot be read
     */
    public static PruningExplanation of(PruningReport report, ImageDecoder decoder, List<byte[]> files) {
        return new PruningExplanation(
                report, files.stream().map(decoder::decode).toList());
    }

    /** Steps that were made. */
    public int steps() {
        return report.steps().size();
    }

    /** Pictures that there are. */
    public int pictures() {
        return pictures.size();
    }

    /** What stayed of a picture after all steps. */
    public byte[] mask(int picture) {
        return MaskOverlay.png(
                pictures.get(picture),
                plan(picture),
                report.images().get(picture).kept());
    }

    /**
     * What stayed of a video after all steps, slice by slice.
     *
     * @param video its number among the videos
     * @throws IllegalArgumentException if there is no such video
     */
    public byte[] film(int video) {
        List<FilmStrip.Slice> slices = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            PruningReport.Image image = report.images().get(i);
            if (image.unit().kind() == TokenUnit.Kind.VIDEO && image.unit().index() == video) {
                slices.add(new FilmStrip.Slice(pictures.get(i), image.unit(), image.kept()));
            }
        }
        if (slices.isEmpty()) {
            throw new IllegalArgumentException("The report has no video " + video);
        }
        return FilmStrip.png(slices);
    }

    /** What stayed of a picture after a step. */
    public byte[] mask(int step, int picture) {
        return MaskOverlay.png(
                pictures.get(picture), plan(picture), image(step, picture).kept());
    }

    /** The scores that decided a step; empty for a strategy without scores, or if the request did not want them. */
    public Optional<byte[]> scores(int step, int picture) {
        float[] scores = image(step, picture).scores();
        if (scores == null) {
            return Optional.empty();
        }
        int[] scored = IntStream.range(0, scores.length)
                .filter(token -> Float.isFinite(scores[token]))
                .toArray();
        return Optional.of(MaskOverlay.scoreMap(pictures.get(picture), plan(picture), scores, scored));
    }

    /** Which tokens went into which at a step; empty if it mixed none of this picture. */
    public Optional<byte[]> merged(int step, int picture) {
        StepReport.Image image = image(step, picture);
        if (image.merged().isEmpty()) {
            return Optional.empty();
        }
        List<MergeOverlay.Group> groups = image.merged().stream()
                .map(token -> new MergeOverlay.Group(token.representative(), token.sources()))
                .toList();
        return Optional.of(MergeOverlay.png(pictures.get(picture), plan(picture), image.kept(), groups));
    }

    private PatchPlan plan(int picture) {
        return report.images().get(picture).plan();
    }

    private StepReport.Image image(int step, int picture) {
        return report.steps().get(step).images().get(picture);
    }

    @Override
    public String toString() {
        return "PruningExplanation[" + pictures() + (pictures() == 1 ? " picture, " : " pictures, ") + steps()
                + (steps() == 1 ? " step]" : " steps]");
    }
}
