package io.github.glimpse.image;

import io.github.glimpse.InvalidImageException;
import java.util.List;

/**
 * When the frames of a video are from.
 *
 * @param indices place of each frame in the source, rising, from 0
 * @param framesPerSecond frames that the source has in a second, above 0
 * @param totalFrames frames of the source
 */
public record VideoTimes(List<Integer> indices, double framesPerSecond, int totalFrames) {

    private static final int MOST_SECONDS = 1_000_000_000;

    /**
     * Copies the list.
     *
     * @throws InvalidImageException if the numbers do not fit each other: times would be made up
     */
    public VideoTimes {
        indices = List.copyOf(indices);
        checkCount(indices.size());
        checkSource(framesPerSecond, totalFrames);
        for (int i = 0; i < indices.size(); i++) {
            int least = i == 0 ? 0 : indices.get(i - 1) + 1;
            if (indices.get(i) < least || indices.get(i) >= totalFrames) {
                throw new InvalidImageException("Frame " + i + " of the video has the index " + indices.get(i)
                        + ", it must be " + least + " to " + (totalFrames - 1)
                        + "; indices rise and are below the number of frames of the source");
            }
        }
    }

    /** Refuses videos without frames. */
    static void checkCount(int frames) {
        if (frames < 1) {
            throw new InvalidImageException("The video has no frames; send at least one");
        }
    }

    /** Checks what the source is said to be. */
    static void checkSource(double framesPerSecond, int totalFrames) {
        if (!(framesPerSecond > 0) || !Double.isFinite(framesPerSecond)) {
            throw new InvalidImageException("The video has " + framesPerSecond
                    + " frames per second, it must be a number above 0; say the rate of the source");
        }
        if (totalFrames < 1) {
            throw new InvalidImageException("The source of the video has " + totalFrames
                    + " frames, it must have at least 1; say how many frames it has");
        }
        if (totalFrames / framesPerSecond > MOST_SECONDS) {
            throw new InvalidImageException("The video of " + totalFrames + " frames at " + framesPerSecond
                    + " frames per second lasts " + totalFrames / framesPerSecond + " seconds, the limit is "
                    + MOST_SECONDS + "; say the rate of the source");
        }
    }

    /** How long the source lasts, in seconds. */
    public double duration() {
        return totalFrames / framesPerSecond;
    }

    /** Frames that there are. */
    public int count() {
        return indices.size();
    }

    /** Time of a frame; the last one's for those behind it, as where it is doubled. */
    public double seconds(int frame) {
        return indices.get(Math.min(frame, indices.size() - 1)) / framesPerSecond;
    }
}
