package io.github.glimpse.model;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.VideoTimes;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A video cut over time: so many frames at a time are one slice, which is one unit of tokens. A last slice that is not full is filled up
 * by its last frame.
 *
 * @param times of the frames
 * @param framesPerSlice frames that the tower reads at once, at least 1
 */
public record VideoSlices(VideoTimes times, int framesPerSlice) {

    /** Below what a product of times may be off: a slice that is due at a whole position gets it. */
    private static final double ROUNDING = 1e-6;

    /**
     * Checks the number.
     *
     * @throws ModelFilesException if it does not do
     */
    public VideoSlices {
        if (framesPerSlice < 1) {
            throw new ModelFilesException("A slice of a video has " + framesPerSlice
                    + " frames (temporal_patch_size), it must have at least 1; take the files of the model's repository"
                    + " again");
        }
    }

    /** How many there are. */
    public int count() {
        return (times.count() - 1) / framesPerSlice + 1;
    }

    /**
     * Frames of a slice, by their number among those given; the last one may be there more than once.
     *
     * @return {@code framesPerSlice} numbers
     */
    public List<Integer> frames(int slice) {
        return IntStream.range(slice * framesPerSlice, (slice + 1) * framesPerSlice)
                .mapToObj(frame -> Math.min(frame, times.count() - 1))
                .toList();
    }

    /** Time of a slice: the middle of its first frame's and its last one's. */
    public double seconds(int slice) {
        int first = slice * framesPerSlice;
        return (times.seconds(first) + times.seconds(first + framesPerSlice - 1)) / 2;
    }

    /** Time from one slice to the next, as if the frames lay evenly in the source. */
    public double secondsPerSlice() {
        return framesPerSlice * (double) times.totalFrames() / (times.count() * times.framesPerSecond());
    }

    /** Its units, all cut like this one. */
    public List<TokenUnit> units(PatchPlan plan) {
        return IntStream.range(0, count())
                .mapToObj(slice -> TokenUnit.slice(slice, seconds(slice), plan))
                .toList();
    }

    /**
     * All slices as rows that follow one another.
     *
     * @param grid of each
     * @param step positions from one slice to the next; what slice t is behind the first is cut to a whole number behind the product
     *     with t, not before
     * @throws ModelFilesException if the step is none, or leads to positions that are no numbers
     */
    public TokenRun run(ImageGrid grid, double step) {
        if (!(step >= 0) || step * count() > Integer.MAX_VALUE) {
            throw new ModelFilesException("The " + count() + " slices of the video are " + step
                    + " positions apart, they must be 0 to " + Integer.MAX_VALUE
                    + " together; check tokens_per_second in the model's config.json");
        }
        List<Long> behind = IntStream.range(0, count())
                .mapToObj(slice -> (long) (slice * step + ROUNDING))
                .toList();
        return new TokenRun(Collections.nCopies(count(), grid), behind, List.of());
    }
}
