package io.github.glimpse.chat;

import dev.langchain4j.data.message.VideoContent;
import io.github.glimpse.image.FrameArchive;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Frames of a video as content of a message. All that are given are shown to the model: none is left out.
 *
 * <pre>{@code
 * VideoContent clip = GlimpseVideo.builder()
 *         .frames(List.of(Path.of("000.png"), Path.of("012.png"), Path.of("024.png")))
 *         .framesPerSecond(24)
 *         .indices(List.of(0, 12, 24))
 *         .totalFrames(36)
 *         .build();
 * UserMessage.from(clip, TextContent.from("What happens?"));
 * }</pre>
 *
 * <p>The content holds the frames' files themselves, so a chat memory keeps it as it keeps others.
 */
public final class GlimpseVideo {

    private GlimpseVideo() {}

    /** Starts with no frames. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects frames. */
    public static final class Builder {

        private final List<byte[]> frames = new ArrayList<>();
        private @Nullable Double framesPerSecond;
        private @Nullable List<Integer> indices;
        private @Nullable Integer totalFrames;

        private Builder() {}

        /** One more frame: the bytes of a PNG, JPEG, WebP, GIF, BMP or TIFF file. */
        public Builder frame(byte[] file) {
            frames.add(file.clone());
            return this;
        }

        /** One more frame, from pixels. */
        public Builder frame(RasterImage image) {
            frames.add(image.toPng());
            return this;
        }

        /**
         * One more frame, read now.
         *
         * @throws IOException if the file cannot be read
         */
        public Builder frame(Path file) throws IOException {
            frames.add(Files.readAllBytes(file));
            return this;
        }

        /**
         * More frames, read now, in this order.
         *
         * @throws IOException if a file cannot be read
         */
        public Builder frames(List<Path> files) throws IOException {
            for (Path file : files) {
                frame(file);
            }
            return this;
        }

        /** Frames that the source has in a second; has to be said, since times would be made up else. */
        public Builder framesPerSecond(double value) {
            framesPerSecond = value;
            return this;
        }

        /** Place of each frame in the source, rising, from 0; unset takes the frames for the whole source, one behind the other. */
        public Builder indices(List<Integer> value) {
            indices = List.copyOf(value);
            return this;
        }

        /** Frames of the source; unset ends it with the last frame given. */
        public Builder totalFrames(int value) {
            totalFrames = value;
            return this;
        }

        /**
         * The content of a message.
         *
         * @throws IllegalArgumentException if there are no frames, the rate is not said, or indices are not as many as frames
         * @throws io.github.glimpse.InvalidImageException if the numbers do not fit each other
         */
        public VideoContent build() {
            if (framesPerSecond == null) {
                throw new IllegalArgumentException(
                        "framesPerSecond is not set, so the times of the frames would be made up; say the rate of the source");
            }
            List<Integer> places =
                    indices == null ? IntStream.range(0, frames.size()).boxed().toList() : indices;
            if (places.size() != frames.size() || frames.isEmpty()) {
                throw new IllegalArgumentException("There are " + frames.size() + " frames and " + places.size()
                        + " indices; give at least one frame, and the index of each");
            }
            int total = totalFrames == null ? places.get(places.size() - 1) + 1 : totalFrames;
            byte[] file = new FrameArchive(frames, new VideoTimes(places, framesPerSecond, total)).write();
            return VideoContent.from(Base64.getEncoder().encodeToString(file), FrameArchive.MIME_TYPE);
        }
    }
}
