package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class FrameArchiveTest {

    private static final VideoTimes TIMES = new VideoTimes(List.of(0, 12), 23.976, 24);
    private static final List<byte[]> FRAMES = List.of(new byte[] {1, 2, 3}, new byte[0]);

    @Test
    void whatIsWrittenIsRead() {
        byte[] file = new FrameArchive(FRAMES, TIMES).write();

        assertThat(FrameArchive.isOne(file)).isTrue();
        FrameArchive read = FrameArchive.read(file, 2);
        assertThat(read.times()).isEqualTo(TIMES);
        assertThat(read.frames()).usingRecursiveComparison().isEqualTo(FRAMES);
    }

    @Test
    void moreFramesThanTheLimitAreRefused() {
        byte[] file = new FrameArchive(FRAMES, TIMES).write();

        assertThatThrownBy(() -> FrameArchive.read(file, 1))
                .isInstanceOf(ImageTooLargeException.class)
                .hasMessageContaining("2 frames, the limit is 1");
    }

    @Test
    void frameThatUnpacksToMoreThanTheFileIsRefused() throws IOException {
        byte[] bomb = zip("{\"indices\": [0], \"frames_per_second\": 1, \"total_frames\": 1}", new byte[10_000_000]);

        assertThat(bomb).hasSizeLessThan(20_000);
        assertThatThrownBy(() -> FrameArchive.read(bomb, 8))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("longer than the ZIP file");
    }

    @Test
    void damagedFilesAreRefusedAsWhatTheyAre() throws IOException {
        for (String head : List.of(
                "no JSON",
                "{}",
                "{\"indices\": [0.5], \"frames_per_second\": 1, \"total_frames\": 1}",
                "{\"indices\": [0], \"frames_per_second\": \"x\", \"total_frames\": 1}",
                "{\"indices\": [5], \"frames_per_second\": 1, \"total_frames\": 1}",
                "[]")) {
            byte[] file = zip(head, new byte[3]);
            assertThatThrownBy(() -> FrameArchive.read(file, 8)).isInstanceOf(InvalidImageException.class);
        }
        byte[] whole = new FrameArchive(FRAMES, TIMES).write();
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, 5 + random.nextInt(whole.length - 4));
            damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt();
            try {
                FrameArchive.read(damaged, 8);
            } catch (InvalidImageException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    private static byte[] zip(String head, byte[] frame) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("video.json"));
            zip.write(head.getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("0"));
            zip.write(frame);
        }
        return file.toByteArray();
    }
}
