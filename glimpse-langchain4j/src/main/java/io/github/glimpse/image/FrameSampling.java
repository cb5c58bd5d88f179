package io.github.glimpse.image;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which frames of a video a family looks at: so many for each second, within bounds. Families differ in how they lie: the same clip
 * of 72 frames at 24 per second gives {@code 0 14 28 43 57 71} or {@code 0 12 24 36 48 60}.
 *
 * @param spacing how the frames lie in the video
 * @param perSecond frames wanted for each second
 * @param minFrames least number of frames, where the video has as many
 * @param maxFrames largest number of frames
 */
public record FrameSampling(Spacing spacing, double perSecond, int minFrames, int maxFrames) {

    /** No video is sampled to more frames. */
    public static final int MOST_FRAMES = 65_536;

    private static final int PAIR = 2;

    /** How the frames of a sample lie in the video. */
    public enum Spacing {
        /** From the first frame to the last, each place rounded to the nearest frame, halves to the even one: Qwen3-VL. */
        TO_LAST_FRAME,
        /** An even number of equal steps from the first frame on, which end before the last: Qwen2-VL and Qwen2.5-VL. */
        IN_PAIRS,
        /**
         * From the first frame to the last, places cut to whole frames; where the video is long, without its first and its last
         * second: SmolVLM2.
         */
        WITHOUT_ENDS
    }

    /**
     * Checks the numbers.
     *
     * @throws ModelFilesException if one does not do
     */
    public FrameSampling {
        if (!(perSecond > 0) || !Double.isFinite(perSecond)) {
            throw wrong("fps", perSecond, "a number above 0");
        }
        if (maxFrames < (spacing == Spacing.IN_PAIRS ? PAIR : 1) || maxFrames > MOST_FRAMES) {
            throw wrong("max_frames", maxFrames, (spacing == Spacing.IN_PAIRS ? PAIR : 1) + " to " + MOST_FRAMES);
        }
        if (minFrames < 1 || minFrames > maxFrames) {
            throw wrong("min_frames", minFrames, "1 to " + maxFrames + " (max_frames)");
        }
    }

    private static ModelFilesException wrong(String key, Object value, String wanted) {
        return new ModelFilesException(
                "Videos are sampled with \"" + key + "\": " + value + ", but it must be " + wanted
                        + "; correct the model's video_preprocessor_config.json or preprocessor_config.json, or the option"
                        + " that replaces it");
    }

    /**
     * Chooses frames.
     *
     * @param totalFrames frames of the video
     * @param framesPerSecond frames that it has in a second
     * @throws InvalidImageException if the video has no frames or no rate, or too few frames for a pair where pairs are taken
     */
    public VideoTimes of(int totalFrames, double framesPerSecond) {
        VideoTimes.checkSource(framesPerSecond, totalFrames);
        double wanted = totalFrames / framesPerSecond * perSecond;
        List<Integer> indices =
                switch (spacing) {
                    case TO_LAST_FRAME -> toLastFrame(totalFrames, (int) wanted);
                    case IN_PAIRS -> inPairs(totalFrames, wanted);
                    case WITHOUT_ENDS -> withoutEnds(totalFrames, framesPerSecond, (int) Math.rint(wanted));
                };
        return new VideoTimes(indices, framesPerSecond, totalFrames);
    }

    private List<Integer> toLastFrame(int total, int wanted) {
        int count = Math.min(Math.min(Math.max(wanted, minFrames), maxFrames), total);
        double step = (total - 1.0) / (count - 1); // not used where count is 1
        return IntStream.range(0, count)
                .mapToObj(i -> i == 0 ? 0 : i < count - 1 ? (int) Math.rint(i * step) : total - 1)
                .toList();
    }

    private List<Integer> inPairs(int total, double wanted) {
        int most = Math.min(maxFrames, total) / PAIR * PAIR;
        int count = (int) Math.min(Math.max(wanted, minFrames), most) / PAIR * PAIR;
        if (count < PAIR) {
            throw new InvalidImageException("The video has " + total + " frames, of which "
                    + Math.min(total, minFrames) + " would be taken; this model takes at least " + PAIR
                    + ": send a longer video or the frame as an image, or raise min_frames");
        }
        return IntStream.range(0, count)
                .mapToObj(i -> (int) ((long) i * total / count))
                .toList();
    }

    private List<Integer> withoutEnds(int total, double rate, int wanted) {
        int count = Math.max(Math.min(wanted, maxFrames), minFrames);
        int start = 0;
        int stop = total - 1;
        if (total / rate - 2 > maxFrames * perSecond && (int) rate < (int) (total - rate)) {
            start = (int) rate;
            stop = Math.min((int) (total - rate), total - 1);
        }
        int first = start;
        int last = stop;
        double step = (last - first) / (double) (count - 1); // not used where count is 1
        return IntStream.range(0, count)
                .mapToObj(i -> i == 0 ? first : i < count - 1 ? (int) (first + i * step) : last)
                .distinct()
                .toList();
    }
}
