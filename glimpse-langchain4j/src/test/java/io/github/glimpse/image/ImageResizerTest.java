package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.InvalidImageException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ImageResizerTest {

    private static final SortedMap<String, byte[]> FILES = GoldenFiles.read(ImageResizerTest.class, "resize.zip");

    @TestFactory
    Stream<DynamicTest> givesTheBytesOfPillow() {
        return FILES.keySet().stream().filter(name -> name.endsWith(".in.ppm")).map(name -> {
            String base = name.substring(0, name.length() - ".in.ppm".length());
            RasterImage source = GoldenFiles.ppm(Objects.requireNonNull(FILES.get(name)));
            RasterImage expected = GoldenFiles.ppm(Objects.requireNonNull(FILES.get(base + ".out.ppm")));
            return dynamicTest(base, () -> assertThat(ImageResizer.bicubic(source, expected.width(), expected.height()))
                    .isEqualTo(expected));
        });
    }

    @Test
    void refusesASideForWhichTheWeightsAloneWouldFillTheHeap() {
        assertThatThrownBy(() -> ResampleWeights.of(ResampleFilter.BILINEAR, 50_000_000, 384, 0, 384))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("50000000")
                .hasMessageContaining("1048576");
    }

    /** The picture is a formula; bytes and sums are those of Pillow 11.3 with {@code BILINEAR}. */
    @Test
    void givesTheBytesOfPillowWhenBilinear() {
        byte[] smaller =
                bytes(115, 111, 101, 122, 152, 135, 145, 113, 170, 105, 113, 135, 105, 116, 150, 117, 137, 187);

        assertThat(resized(3, 2, ResampleFilter.BILINEAR).rgb()).isEqualTo(smaller);
        assertThat(checksum(resized(11, 8, ResampleFilter.BILINEAR))).isEqualTo(0x12b7e5faL);
        assertThat(checksum(resized(4, 9, ResampleFilter.BILINEAR))).isEqualTo(0x73f2c733L);
    }

    /** The same of Pillow 12.0 with {@code LANCZOS}. */
    @Test
    void givesTheBytesOfPillowByLanczos() {
        byte[] smaller = bytes(115, 109, 96, 121, 156, 134, 142, 108, 170, 109, 114, 143, 101, 115, 144, 119, 140, 186);

        assertThat(resized(3, 2, ResampleFilter.LANCZOS).rgb()).isEqualTo(smaller);
        assertThat(checksum(resized(11, 8, ResampleFilter.LANCZOS))).isEqualTo(0xc2d60d4eL);
        assertThat(checksum(resized(4, 9, ResampleFilter.LANCZOS))).isEqualTo(0xa868f033L);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static RasterImage resized(int width, int height, ResampleFilter filter) {
        byte[] rgb = new byte[3 * 7 * 5];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % 7;
            rgb[i] = (byte) (37 * x * x + 91 * (i / 21) * (i % 3 + 1) + 53 * (i % 3) * x);
        }
        return ImageResizer.resize(new RasterImage(7, 5, rgb), width, height, filter);
    }

    private static long checksum(RasterImage image) {
        CRC32 sum = new CRC32();
        sum.update(image.rgb());
        return sum.getValue();
    }

    @Test
    void returnsThePictureItselfIfTheSizeStays() {
        RasterImage image = noise(5, 4, 1);
        assertThat(ImageResizer.bicubic(image, 5, 4)).isSameAs(image);
    }

    @Test
    void givesTheSameOnAVirtualCanvasAsOnARealOne() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            RasterImage image = noise(1 + random.nextInt(30), 1 + random.nextInt(30), seed);
            ImageCanvas canvas = ImageCanvas.square(image.size(), 122, 116, 104);
            int width = 1 + random.nextInt(50);
            int height = 1 + random.nextInt(50);
            CropWindow window = CropWindow.centre(width, height, 1 + random.nextInt(width), 1 + random.nextInt(height));

            RasterImage whole = ImageResizer.bicubic(painted(image, canvas), width, height);

            assertThat(part(image, canvas, width, height, window))
                    .as("seed %d", seed)
                    .isEqualTo(cut(whole, window));
        }
    }

    @Test
    void keepsAFlatColour() {
        byte[] rgb = new byte[3 * 40 * 30];
        Arrays.fill(rgb, (byte) 201);
        RasterImage result = ImageResizer.bicubic(new RasterImage(40, 30, rgb), 7, 90);
        assertThat(result.rgb()).containsOnly((byte) 201);
    }

    @Test
    void takesNoMemoryForAStripOnASquare() {
        RasterImage strip = noise(60_000, 1, 3); // its square would have 10.8 GB
        ImageCanvas canvas = ImageCanvas.square(strip.size(), 0, 0, 0);
        assertThat(part(strip, canvas, 14, 14, CropWindow.whole(14, 14)).rgb()).hasSize(14 * 14 * 3);
    }

    @Test
    void refusesPartsThatDoNotExist() {
        RasterImage image = noise(4, 4, 1);
        ImageCanvas canvas = ImageCanvas.of(image);
        assertThatThrownBy(() -> part(image, canvas, 8, 8, new CropWindow(4, 0, 5, 8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> part(image, new ImageCanvas(5, 5, 2, 0, 0, 0, 0), 8, 8, CropWindow.whole(8, 8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageResizer.bicubic(image, 0, 8)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RasterImage part(RasterImage image, ImageCanvas canvas, int width, int height, CropWindow window) {
        return ImageResizer.resize(image, canvas, width, height, window, ResampleFilter.BICUBIC);
    }

    private static RasterImage noise(int width, int height, long seed) {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).nextBytes(rgb);
        return new RasterImage(width, height, rgb);
    }

    private static RasterImage painted(RasterImage image, ImageCanvas canvas) {
        byte[] rgb = new byte[3 * canvas.width() * canvas.height()];
        for (int y = 0; y < canvas.height(); y++) {
            for (int x = 0; x < canvas.width(); x++) {
                int column = x - canvas.left();
                int row = y - canvas.top();
                boolean inside = column >= 0 && row >= 0 && column < image.width() && row < image.height();
                int[] padding = {canvas.red(), canvas.green(), canvas.blue()};
                for (int channel = 0; channel < 3; channel++) {
                    rgb[3 * (y * canvas.width() + x) + channel] = inside
                            ? image.rgb()[3 * (row * image.width() + column) + channel]
                            : (byte) padding[channel];
                }
            }
        }
        return new RasterImage(canvas.width(), canvas.height(), rgb);
    }

    private static RasterImage cut(RasterImage image, CropWindow window) {
        byte[] rgb = new byte[3 * window.width() * window.height()];
        for (int y = 0; y < window.height(); y++) {
            int from = 3 * ((window.top() + y) * image.width() + window.left());
            System.arraycopy(image.rgb(), from, rgb, 3 * y * window.width(), 3 * window.width());
        }
        return new RasterImage(window.width(), window.height(), rgb);
    }
}
