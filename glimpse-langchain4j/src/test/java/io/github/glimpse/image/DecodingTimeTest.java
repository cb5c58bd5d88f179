package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.DeadlineExceededException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding that has to end in the middle. */
class DecodingTimeTest {

    private static final int SIDE = 1_000;

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE);

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp", "tiff"})
    void endsInTheMiddleOfAPictureWithTheReasonItWasGiven(String format) throws IOException {
        byte[] file = noise(format);
        AtomicInteger looks = new AtomicInteger();
        assertThat(decoder.decode(file, looks::incrementAndGet).width()).isEqualTo(SIDE);
        // Before, after, and while it goes on.
        assertThat(looks.get()).isGreaterThan(10);
        int middle = looks.get() / 2;
        looks.set(0);

        assertThatThrownBy(() -> decoder.decode(file, () -> {
                    if (looks.incrementAndGet() > middle) {
                        throw new DeadlineExceededException("over");
                    }
                }))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessage("over");
        // A reader that stops asks no more than for what it is at.
        assertThat(looks.get()).isLessThan(middle + 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"webp-lossy-big.webp", "webp-lossy-alpha.webp", "webp-lossless-alpha.webp"})
    void endsAWebpWhereverItIsToldTo(String name) {
        byte[] file = Objects.requireNonNull(
                GoldenFiles.read(DecodingTimeTest.class, "pictures.zip").get(name));
        AtomicInteger looks = new AtomicInteger();
        decoder.decode(file, looks::incrementAndGet);
        // Before, after, and while it goes on.
        int all = looks.get();
        assertThat(all).isGreaterThan(2);

        for (int last = 1; last <= all; last++) {
            int end = last;
            looks.set(0);
            assertThatThrownBy(() -> decoder.decode(file, () -> {
                        if (looks.incrementAndGet() == end) {
                            throw new DeadlineExceededException("over");
                        }
                    }))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(looks.get()).isEqualTo(end);
        }
    }

    private static byte[] noise(String format) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(5);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, file)).isTrue();
        return file.toByteArray();
    }
}
