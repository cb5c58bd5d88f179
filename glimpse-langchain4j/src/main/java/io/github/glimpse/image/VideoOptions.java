package io.github.glimpse.image;

import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a video may cost, and which frames of a video file are looked at. Checked before a frame is decoded.
 *
 * @param maxBytes longest video file, and most bytes of all frames of a video together
 * @param maxFrames most frames of a video, given or taken of a file
 * @param maxPixels most pixels of all frames of a video together, as they are sent
 * @param framesPerSecond frames that are taken of a second of a file, null for the model's own number
 * @param minFrames least frames that are taken of a file that has as many, null for the model's own number
 */
public record VideoOptions(
        long maxBytes,
        int maxFrames,
        long maxPixels,
        @Nullable Double framesPerSecond,
        @Nullable Integer minFrames) {

    /** Longest file: 200 MB. */
    public static final long DEFAULT_MAX_BYTES = 200_000_000;

    /** As many as any family's processor takes. */
    public static final int DEFAULT_MAX_FRAMES = 768;

    /** So many frames of full high definition, and some. */
    public static final long DEFAULT_MAX_PIXELS = 2_000_000_000;

    private static final double MEGA = 1e6;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public VideoOptions {
        if (maxBytes < 1 || maxBytes > Integer.MAX_VALUE - Byte.SIZE) {
            throw new IllegalArgumentException("max-size is " + maxBytes + " bytes, it must be 1 to 2147483639");
        }
        if (maxFrames < 1 || maxFrames > FrameSampling.MOST_FRAMES) {
            throw new IllegalArgumentException(
                    "max-frames is " + maxFrames + ", it must be 1 to " + FrameSampling.MOST_FRAMES);
        }
        if (maxPixels < 1) {
            throw new IllegalArgumentException("max-pixels is " + maxPixels + ", it must be at least 1");
        }
        if (framesPerSecond != null && !(framesPerSecond > 0 && Double.isFinite(framesPerSecond))) {
            throw new IllegalArgumentException("frames-per-second is " + framesPerSecond + ", it must be above 0");
        }
        if (minFrames != null && (minFrames < 1 || minFrames > maxFrames)) {
            throw new IllegalArgumentException(
                    "min-frames is " + minFrames + ", it must be 1 to " + maxFrames + " (max-frames)");
        }
    }

    /** The default limits, and the model's own choice of frames. */
    public static VideoOptions defaults() {
        return builder().build();
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The one size of a video's frames, by their headers.
     *
     * @throws InvalidImageException if there are too many frames or pixels, or the frames differ in size
     */
    public ImageSize sizeOf(List<byte[]> frames, ImageDecoder decoder) {
        if (frames.size() > maxFrames) {
            throw new ImageTooLargeException("The video has " + frames.size() + " frames, the limit is " + maxFrames
                    + "; take fewer of a second, or raise glimpse.video.max-frames");
        }
        ImageSize first = decoder.readSize(frames.get(0));
        for (byte[] frame : frames) {
            ImageSize size = decoder.readSize(frame);
            if (!size.equals(first)) {
                throw new InvalidImageException("A frame of the video has " + size.width() + " x " + size.height()
                        + " pixels, the first one " + first.width() + " x " + first.height()
                        + "; all frames must have one size");
            }
        }
        checkPixels(frames.size(), first);
        return first;
    }

    /**
     * Checks the pixels of all frames together.
     *
     * @param size of each
     * @throws ImageTooLargeException if they are too many
     */
    public void checkPixels(int frames, ImageSize size) {
        if (frames * size.pixelCount() > maxPixels) {
            throw new ImageTooLargeException(String.format(
                    Locale.ROOT,
                    "The video has %d frames of %d x %d pixels to look at, together %.0f MP, the limit is %.0f MP; send"
                            + " smaller or fewer frames, of a file take fewer of a second"
                            + " (glimpse.video.frames-per-second), or raise glimpse.video.max-pixels",
                    frames,
                    size.width(),
                    size.height(),
                    frames * size.pixelCount() / MEGA,
                    maxPixels / MEGA));
        }
    }

    /** A model's choice of frames with what these options say otherwise. */
    public FrameSampling sampling(FrameSampling own) {
        int most = Math.min(own.maxFrames(), maxFrames);
        return new FrameSampling(
                own.spacing(),
                framesPerSecond == null ? own.perSecond() : framesPerSecond,
                Math.min(minFrames == null ? own.minFrames() : minFrames, most),
                most);
    }

    /** Collects options. */
    public static final class Builder {

        private long maxBytes = DEFAULT_MAX_BYTES;
        private int maxFrames = DEFAULT_MAX_FRAMES;
        private long maxPixels = DEFAULT_MAX_PIXELS;
        private @Nullable Double framesPerSecond;
        private @Nullable Integer minFrames;

        private Builder() {}

        /** Longest file. */
        public Builder maxBytes(long value) {
            maxBytes = value;
            return this;
        }

        /** Most frames of a video. */
        public Builder maxFrames(int value) {
            maxFrames = value;
            return this;
        }

        /** Most pixels of all frames. */
        public Builder maxPixels(long value) {
            maxPixels = value;
            return this;
        }

        /** Frames of a second of a file. */
        public Builder framesPerSecond(@Nullable Double value) {
            framesPerSecond = value;
            return this;
        }

        /** Least frames of a file. */
        public Builder minFrames(@Nullable Integer value) {
            minFrames = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public VideoOptions build() {
            return new VideoOptions(maxBytes, maxFrames, maxPixels, framesPerSecond, minFrames);
        }
    }
}
