package io.github.glimpse.examples.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import org.bytedeco.ffmpeg.global.avcodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that the test writes itself: each frame has a colour of its own. */
class JavaCvDecoderTest {

    // Of 255: what encoders lose of a plain picture.
    private static final double LEVELS = 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"mp4, " + avcodec.AV_CODEC_ID_MPEG4, "webm, " + avcodec.AV_CODEC_ID_VP8})
    void framesAreGivenByTheirNumber(String container, int codec) throws IOException {
        try (VideoDecoder.OpenVideo video = new JavaCvDecoder().open(Film.write(folder, container, codec))) {
            assertThat(video.size()).isEqualTo(new ImageSize(Film.WIDTH, Film.HEIGHT));
            assertThat(video.totalFrames()).isEqualTo(Film.FRAMES);
            assertThat(video.framesPerSecond()).isCloseTo(Film.RATE, within(0.01));
            for (int index : List.of(0, 1, 7, 24, 47)) {
                RasterImage frame = video.frame(index);
                assertThat(frame.size()).isEqualTo(video.size());
                assertColour(frame, index);
            }
        }
    }

    private static void assertColour(RasterImage image, int frame) {
        for (int channel = 0; channel < 3; channel++) {
            double sum = 0;
            for (int place = channel; place < image.rgb().length; place += 3) {
                sum += Byte.toUnsignedInt(image.rgb()[place]);
            }
            assertThat(3 * sum / image.rgb().length)
                    .as("channel %s of frame %s", channel, frame)
                    .isCloseTo(Film.colour(frame)[channel], within(LEVELS));
        }
    }

    @Test
    void damagedFilesAreRefusedAndOthersStillRead() throws IOException {
        byte[] film = Film.write(folder, "mp4", avcodec.AV_CODEC_ID_MPEG4);
        Random random = new Random(21);
        byte[] noise = new byte[2_000];
        random.nextBytes(noise);

        assertThatThrownBy(() -> new JavaCvDecoder().open(noise)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> new JavaCvDecoder().open(Arrays.copyOf(film, 100)))
                .isInstanceOf(IOException.class);
        for (int i = 0; i < 100; i++) {
            byte[] damaged = film.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try (VideoDecoder.OpenVideo video = new JavaCvDecoder().open(damaged)) {
                video.frame(3);
            } catch (IOException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        try (VideoDecoder.OpenVideo video = new JavaCvDecoder().open(film)) {
            assertColour(video.frame(5), 5);
        }
    }

    @Test
    void isFoundOnTheClassPath() {
        assertThat(ServiceLoader.load(VideoDecoder.class)).hasAtLeastOneElementOfType(JavaCvDecoder.class);
    }

    @Test
    void theGuideShowsThisCode() throws IOException {
        Path root = Path.of(System.getProperty("glimpse.basedir", "../.."));
        String guide = Files.readString(root.resolve("docs/guide/video.md"));
        String source = Files.readString(
                root.resolve("examples/video/src/main/java/io/github/glimpse/examples/video/JavaCvDecoder.java"));

        assertThat(guide).contains("```java\n" + source.substring(source.indexOf("public final class")) + "```");
    }
}
