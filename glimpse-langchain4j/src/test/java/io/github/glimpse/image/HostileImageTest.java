package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Files that were made to hurt: each gives a picture or an {@link InvalidImageException}, soon and in little memory.
 */
class HostileImageTest {

    private static final SortedMap<String, byte[]> FILES = GoldenFiles.read(HostileImageTest.class, "pictures.zip");
    /** Ends a hang; no measure of speed. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static final int MUTATIONS_PER_FILE = 12;
    private static final long SEED = 20_260_717;

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE);

    private static byte[] file(String name) {
        return Objects.requireNonNull(FILES.get(name), name).clone();
    }

    private void assertRefused(byte[] file, String reason) {
        Assertions.assertTimeoutPreemptively(HANG, () -> assertThatThrownBy(() -> decoder.decode(file))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining(reason));
    }

    private static byte[] with(byte[] file, int offset, ByteOrder order, int... numbers) {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(order).position(offset);
        for (int number : numbers) {
            buffer.putInt(number);
        }
        return file;
    }

    private static byte[] withCheckSum(byte[] png) {
        CRC32 check = new CRC32();
        check.update(png, 12, 17);
        return with(png, 29, ByteOrder.BIG_ENDIAN, (int) check.getValue());
    }

    @Test
    void refusesPicturesOfHugeSidesBeforeAnythingIsAllocated() {
        int most = Integer.MAX_VALUE;
        ByteOrder little = ByteOrder.LITTLE_ENDIAN;
        assertRefused(withCheckSum(with(file("png-rgb-8.png"), 16, ByteOrder.BIG_ENDIAN, 60_000, 60_000)), "maxPixels");
        assertRefused(withCheckSum(with(file("png-rgb-8.png"), 16, ByteOrder.BIG_ENDIAN, most, most)), "maxPixels");
        assertRefused(with(file("gif-plain.gif"), 6, little, -1), "maxPixels");
        assertRefused(with(file("bmp-24.bmp"), 18, little, most, most), "maxPixels");
        assertRefused(with(file("bmp-24.bmp"), 18, little, most, -most), "maxPixels");
        byte[] webp = file("webp-icc.webp");
        Arrays.fill(webp, 24, 30, (byte) 0xFF);
        assertRefused(webp, "does not fit its canvas");
        byte[] animated = file("webp-animated.webp");
        Arrays.fill(animated, 24, 30, (byte) 0xFF);
        assertRefused(animated, "maxPixels");
        byte[] jpeg = file("jpeg-444.jpeg");
        int frame = indexOf(jpeg, 0xFF, 0xC0);
        Arrays.fill(jpeg, frame + 5, frame + 9, (byte) 0xFF);
        assertRefused(jpeg, "maxPixels");
    }

    @Test
    void refusesPicturesWithoutPixels() {
        assertRefused(withCheckSum(with(file("png-rgb-8.png"), 16, ByteOrder.BIG_ENDIAN, 0, 5)), "0 x 5 pixels");
        assertRefused(with(file("bmp-24.bmp"), 18, ByteOrder.LITTLE_ENDIAN, 3, 0), "3 x 0 pixels");
        assertRefused(Arrays.copyOf(file("gif-plain.gif"), 13 + 768), "cut off");
        byte[] jpeg = file("jpeg-444.jpeg");
        int frame = indexOf(jpeg, 0xFF, 0xC0);
        Arrays.fill(jpeg, frame + 5, frame + 7, (byte) 0);
        assertRefused(jpeg, "x 0 pixels");
    }

    @Test
    void refusesFilesThatAreCutOff() {
        FILES.forEach((name, file) -> {
            if (!name.endsWith(".ppm")) {
                byte[] half = Arrays.copyOf(file, file.length / 2);
                assertThatThrownBy(() -> decoder.decode(half)).as(name).isInstanceOf(InvalidImageException.class);
            }
        });
    }

    @Test
    void refusesJpegWithoutItsEndMarkerForDecodersFillTheRestWithGrey() {
        byte[] file = file("jpeg-420.jpeg");
        assertRefused(Arrays.copyOf(file, file.length - 2), "end marker is missing");
    }

    @Test
    void refusesGifWhosePixelsEndTooEarly() {
        byte[] file = file("gif-plain.gif");
        int block = 13 + 3 * 256 + 10 + 1; // after screen, palette, frame and code size
        int kept = 60;
        byte[] cut = Arrays.copyOf(file, block + 1 + kept + 2);
        cut[block] = (byte) kept;
        cut[cut.length - 2] = 0;
        cut[cut.length - 1] = ';';
        assertRefused(cut, "end too early");
    }

    @Test
    void refusesProgressiveJpegWithScansWithoutEnd() throws IOException {
        byte[] file = file("jpeg-progressive.jpeg");
        int lastScan = lastIndexOf(file, 0xFF, 0xDA);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        many.write(file, 0, lastScan);
        for (int i = 0; i < 200; i++) {
            many.write(file, lastScan, file.length - 2 - lastScan);
        }
        many.write(new byte[] {(byte) 0xFF, (byte) 0xD9});
        assertRefused(many.toByteArray(), "scans");
    }

    @Test
    void doesNotUnpackCommentsOfPng() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write("Comment\0\0".getBytes(StandardCharsets.ISO_8859_1));
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            byte[] block = new byte[1 << 20];
            for (int i = 0; i < 200; i++) { // 200 MB of zeros; the tests have 512 MB
                deflater.write(block);
            }
        }
        byte[] png = file("png-rgb-8.png");
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(png, 0, 33);
        CRC32 check = new CRC32();
        check.update("zTXt".getBytes(StandardCharsets.ISO_8859_1));
        check.update(packed.toByteArray());
        bomb.write(ByteBuffer.allocate(4).putInt(packed.size()).array());
        bomb.write("zTXt".getBytes(StandardCharsets.ISO_8859_1));
        packed.writeTo(bomb);
        bomb.write(ByteBuffer.allocate(4).putInt((int) check.getValue()).array());
        bomb.write(png, 33, png.length - 33);

        Assertions.assertTimeoutPreemptively(
                HANG, () -> assertThat(decoder.decode(bomb.toByteArray())).isEqualTo(decoder.decode(png)));
    }

    @Test
    void readsOnlyTheFirstOfManyFrames() {
        byte[] gif = file("gif-two-frames.gif");
        byte[] many = Arrays.copyOf(gif, 15_000_000);
        for (int at = gif.length - 1; at + 14 < many.length; at += 14) { // frames of one pixel
            many[at] = ',';
            many[at + 5] = 1;
            many[at + 7] = 1;
            many[at + 10] = 8;
        }
        Assertions.assertTimeoutPreemptively(
                HANG, () -> assertThat(decoder.decode(many)).isEqualTo(decoder.decode(gif)));
    }

    @Test
    void refusesTiffWhoseBlocksWouldNeedMoreThanThePicture() {
        byte[] tiled = file("tiff-tiled.tiff");
        int widthTag = indexOf(tiled, 66, 1); // tag 322, little-endian
        ByteBuffer.wrap(tiled).order(ByteOrder.LITTLE_ENDIAN).putShort(widthTag + 8, (short) -16);
        int heightTag = indexOf(tiled, 67, 1);
        ByteBuffer.wrap(tiled).order(ByteOrder.LITTLE_ENDIAN).putShort(heightTag + 8, (short) -16);
        assertRefused(tiled, "tiles have 65520 x 65520 pixels");
    }

    @Test
    void refusesTiffOfAMillionStrips() {
        int strips = 1_000_000;
        int arrays = 10;
        int directory = arrays + 8 * strips;
        ByteBuffer tiff = ByteBuffer.allocate(directory + 2 + 9 * 12 + 4).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put(new byte[] {'I', 'I', 42, 0}).putInt(directory).position(arrays);
        for (int i = 0; i < strips; i++) {
            tiff.putInt(arrays + 4 * i, 8).putInt(arrays + 4 * (strips + i), 1); // all of them the same byte
        }
        tiff.position(directory).putShort((short) 9);
        int[][] tags = {
            {256, 1, 8},
            {257, 1, strips},
            {258, 1, 8},
            {259, 1, 1},
            {262, 1, 1},
            {273, strips, arrays},
            {277, 1, 1},
            {278, 1, 1},
            {279, strips, arrays + 4 * strips}
        };
        for (int[] tag : tags) {
            tiff.putShort((short) tag[0]).putShort((short) 4).putInt(tag[1]).putInt(tag[2]);
        }
        assertRefused(tiff.array(), "1000000 blocks");
    }

    @Test
    void refusesTiffWithALargerJpegInside() {
        byte[] tiff = file("tiff-rgb-jpeg.tiff");
        int frame = indexOf(tiff, 0xFF, 0xC0);
        Arrays.fill(tiff, frame + 5, frame + 9, (byte) 0x7F);
        assertRefused(tiff, "holds a JPEG of");
    }

    @Test
    void refusesTiffWhoseDirectoryPointsAtItself() {
        byte[] tiff = file("tiff-rgb-raw.tiff");
        ByteBuffer buffer = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
        int directory = buffer.getInt(4);
        int count = buffer.getShort(directory);
        buffer.putInt(directory + 2 + 12 * count, directory); // next = itself: not followed, so no harm
        assertThat(decoder.decode(tiff)).isEqualTo(decoder.decode(file("tiff-rgb-raw.tiff")));

        buffer.putInt(4, 2);
        assertRefused(tiff, "cannot be read");
    }

    @Test
    void givesAPictureOrASpeakingErrorForMutatedFiles() {
        Random random = new Random(SEED);
        int[] outcomes = new int[2];
        FILES.forEach((name, file) -> {
            if (name.endsWith(".ppm")) {
                return;
            }
            for (int i = 0; i < MUTATIONS_PER_FILE; i++) {
                byte[] mutated = mutated(file, random);
                String message = name + " number " + i + " of seed " + SEED;
                Assertions.assertTimeoutPreemptively(
                        HANG, () -> outcomes[decodes(mutated, message) ? 0 : 1]++, message);
            }
        });
        assertThat(outcomes[0]).as("still pictures").isGreaterThan(200);
        assertThat(outcomes[1]).as("refused").isGreaterThan(200);
    }

    private boolean decodes(byte[] file, String message) {
        try {
            RasterImage image = decoder.decode(file);
            assertThat(decoder.readSize(file)).as(message).isEqualTo(image.size());
            return true;
        } catch (InvalidImageException e) {
            assertThat(e).as(message).hasMessageStartingWith("The ");
            return false;
        }
    }

    private static byte[] mutated(byte[] file, Random random) {
        byte[] copy = file.clone();
        int reach = random.nextInt(3) == 0 ? Math.min(copy.length, 80) : copy.length; // headers more often
        for (int i = random.nextInt(8); i >= 0; i--) {
            int at = random.nextInt(reach);
            switch (random.nextInt(4)) {
                case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> copy[at] = (byte) random.nextInt(256);
                case 2 -> copy[at] = (byte) 0xFF;
                default -> copy[at] = 0;
            }
        }
        return random.nextInt(6) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
    }

    private static int indexOf(byte[] file, int first, int second) {
        for (int at = 0; at + 1 < file.length; at++) {
            if (file[at] == (byte) first && file[at + 1] == (byte) second) {
                return at;
            }
        }
        throw new AssertionError("not there");
    }

    private static int lastIndexOf(byte[] file, int first, int second) {
        for (int at = file.length - 2; at >= 0; at--) {
            if (file[at] == (byte) first && file[at + 1] == (byte) second) {
                return at;
            }
        }
        throw new AssertionError("not there");
    }
}
