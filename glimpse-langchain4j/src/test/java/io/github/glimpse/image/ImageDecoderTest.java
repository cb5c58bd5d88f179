package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageDecoderTest {

    private static final SortedMap<String, byte[]> FILES = GoldenFiles.read(ImageDecoderTest.class, "pictures.zip");

    private static Stream<String> pictures() {
        return FILES.keySet().stream().filter(name -> !name.endsWith(".ppm"));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void aFileThatIsCutOffIsNotMistakenForACallerThatHungUp(String name) {
        byte[] whole = file(name);
        ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE);
        for (int length = whole.length / 8; length < whole.length; length += Math.max(1, whole.length / 8)) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                decoder.decode(cut);
            } catch (InvalidImageException e) {
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                    assertThat(cause).isNotInstanceOf(EOFException.class);
                }
            }
        }
    }

    private static byte[] file(String name) {
        return Objects.requireNonNull(FILES.get(name), name);
    }

    private static RasterImage golden(String picture, Transparency transparency) {
        String base = picture.substring(0, picture.lastIndexOf('.'));
        byte[] white = FILES.get(base + ".white.ppm");
        if (transparency == Transparency.WHITE && white != null) {
            return GoldenFiles.ppm(white);
        }
        return GoldenFiles.ppm(file(base + ".rgb.ppm"));
    }

    private static ImageDecoder decoder(Transparency transparency) {
        return new ImageDecoder(ImageLimits.defaults(), transparency);
    }

    private static RasterImage decode(String picture) {
        return decoder(Transparency.DROP).decode(file(picture));
    }

    @TestFactory
    Stream<DynamicTest> givesTheBytesOfPillowWhenTransparencyIsDropped() {
        return pictures()
                .map(name ->
                        dynamicTest(name, () -> assertThat(decode(name)).isEqualTo(golden(name, Transparency.DROP))));
    }

    @TestFactory
    Stream<DynamicTest> givesTheBytesOfPillowOnWhite() {
        return pictures()
                .map(name -> dynamicTest(
                        name, () -> assertThat(decoder(Transparency.WHITE).decode(file(name)))
                                .isEqualTo(golden(name, Transparency.WHITE))));
    }

    @TestFactory
    Stream<DynamicTest> readsTheSizeWithoutDecoding() {
        return pictures()
                .map(name -> dynamicTest(
                        name, () -> assertThat(decoder(Transparency.DROP).readSize(file(name)))
                                .isEqualTo(golden(name, Transparency.DROP).size())));
    }

    @Test
    void coversEveryKindWithManyPictures() {
        for (String ending : new String[] {".png", ".jpeg", ".gif", ".bmp", ".webp", ".tiff"}) {
            assertThat(pictures().filter(name -> name.endsWith(ending))).hasSizeGreaterThan(13);
        }
    }

    @Test
    void differsOnlyWhereThereIsTransparency() {
        assertThat(golden("png-rgba-8.png", Transparency.WHITE))
                .isNotEqualTo(golden("png-rgba-8.png", Transparency.DROP));
        assertThat(golden("png-rgb-8.png", Transparency.WHITE)).isEqualTo(golden("png-rgb-8.png", Transparency.DROP));
    }

    @Test
    void readsTheSizeOfAFileWhosePixelsAreDamaged() {
        byte[] cut = Arrays.copyOf(file("webp-lossless.webp"), file("webp-lossless.webp").length);
        Arrays.fill(cut, 40, cut.length, (byte) 0x55);
        ImageDecoder decoder = decoder(Transparency.WHITE);

        assertThat(decoder.readSize(cut)).isEqualTo(decoder.readSize(file("webp-lossless.webp")));
        assertThatThrownBy(() -> decoder.decode(cut)).isInstanceOf(InvalidImageException.class);
    }

    @Test
    void leavesTheFileAsItWas() {
        pictures().forEach(name -> {
            byte[] before = file(name).clone();
            decoder(Transparency.WHITE).decode(file(name));
            assertThat(file(name)).as(name).isEqualTo(before);
        });
    }

    @Test
    void worksInManyThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            ImageDecoder decoder = decoder(Transparency.DROP);
            Callable<Void> all = () -> {
                pictures().forEach(name -> assertThat(decoder.decode(file(name)))
                        .as(name)
                        .isEqualTo(golden(name, Transparency.DROP)));
                return null;
            };
            for (Future<Void> done :
                    threads.invokeAll(IntStream.range(0, 4).mapToObj(i -> all).toList())) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void needsNoPlugInThatImageIoCanFind() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            assertThat(decode("tiff-rgb-lzw.tiff")).isEqualTo(golden("tiff-rgb-lzw.tiff", Transparency.DROP));
            assertThat(decode("webp-lossy.webp")).isEqualTo(golden("webp-lossy.webp", Transparency.DROP));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void leavesTheCacheSettingOfImageIoAlone() {
        boolean before = ImageIO.getUseCache();
        decode("tiff-rgb-jpeg.tiff");
        assertThat(ImageIO.getUseCache()).isEqualTo(before);
    }

    @Test
    void saysHowLargeAFileMayBe() {
        ImageDecoder strict = new ImageDecoder(new ImageLimits(100, 1_000), Transparency.WHITE);

        assertThatThrownBy(() -> strict.decode(new byte[101]))
                .isInstanceOf(ImageTooLargeException.class)
                .hasMessageContaining("the limit is")
                .hasMessageContaining("maxBytes");
    }

    @Test
    void saysHowManyPixelsAPictureMayHave() {
        ImageDecoder strict = new ImageDecoder(new ImageLimits(10_000, 98), Transparency.WHITE);

        for (String name : new String[] {"png-rgb-8.png", "gif-plain.gif", "webp-lossy.webp", "jpeg-444.jpeg"}) {
            assertThatThrownBy(() -> strict.decode(file(name)))
                    .isInstanceOf(ImageTooLargeException.class)
                    .hasMessageContaining("raise maxPixels (glimpse.limits.max-image-pixels)");
            assertThatThrownBy(() -> strict.readSize(file(name))).isInstanceOf(InvalidImageException.class);
        }
    }

    @Test
    void takesAPictureOfExactlyTheLimit() {
        ImageDecoder strict = new ImageDecoder(new ImageLimits(file("png-rgb-8.png").length, 99), Transparency.WHITE);

        assertThat(strict.decode(file("png-rgb-8.png")).size()).isEqualTo(new ImageSize(11, 9));
    }

    @Test
    void namesKindsThatItCannotRead() {
        assertRefused(new byte[0], "no bytes");
        assertRefused("<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8), "web page");
        assertRefused("%PDF-1.7".getBytes(StandardCharsets.UTF_8), "PDF");
        assertRefused("\0\0\0\u001cftypavif".getBytes(StandardCharsets.ISO_8859_1), "AVIF");
        assertRefused("\0\0\0\u001cftypheic".getBytes(StandardCharsets.ISO_8859_1), "HEIF");
        assertRefused("hello".getBytes(StandardCharsets.UTF_8), "no kind that is known");
        assertRefused(new byte[] {1}, "no kind that is known");
    }

    private static void assertRefused(byte[] bytes, String reason) {
        assertThatThrownBy(() -> decoder(Transparency.WHITE).decode(bytes))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("send");
    }
}
