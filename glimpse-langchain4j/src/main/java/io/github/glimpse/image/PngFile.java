package io.github.glimpse.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A PNG file: every colour type and depth, interlaced or not. Of an animated one the still picture is taken. */
final class PngFile implements ImageFile {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int HEADER_BYTES = 13;

    /** Length and name before the data, check sum after it. */
    private static final int FRAME_BYTES = 12;

    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGB_ALPHA = 6;
    private static final String XMP_KEYWORD = "XML:com.adobe.xmp\0";

    private final byte[] header;
    private final ImageSize size;
    private final int depth;
    private final int colorType;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private byte @Nullable [] palette;
    private byte @Nullable [] transparency;
    private byte[] exif = {};
    private byte[] xmp = {};

    private PngFile(FileBytes file) throws IOException {
        if (file.u32(SIGNATURE.length) != HEADER_BYTES || !file.startsWith(SIGNATURE.length + 4, "IHDR")) {
            throw new IOException("the header chunk is not first");
        }
        header = checked(file, SIGNATURE.length);
        FileBytes fields = new FileBytes(header);
        size = sizeOf(fields.u32(0), fields.u32(4));
        depth = fields.u8(8);
        colorType = fields.u8(9);
        readChunks(file);
    }

    static PngFile open(FileBytes file) throws IOException {
        return new PngFile(file);
    }

    private static ImageSize sizeOf(long width, long height) throws IOException {
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new IOException("the header says " + width + " x " + height + " pixels");
        }
        return new ImageSize((int) width, (int) height);
    }

    private void readChunks(FileBytes file) throws IOException {
        boolean pixelsEnded = false;
        long at = (long) SIGNATURE.length + HEADER_BYTES + FRAME_BYTES;
        // The end chunk may be missing: readers forgive that, for nothing of the picture is lost
        while (at + FRAME_BYTES <= file.length()) {
            String name = file.ascii(at + 4, 4);
            if (name.equals("IEND")) {
                break;
            }
            boolean pixels = name.equals("IDAT");
            if (pixels && !pixelsEnded) {
                data.write(checked(file, at));
            }
            pixelsEnded |= data.size() > 0 && !pixels;
            switch (name) {
                case "PLTE" -> palette = checked(file, at);
                case "tRNS" -> transparency = checked(file, at);
                case "eXIf" -> exif = chunk(file, at);
                case "iTXt" -> readText(chunk(file, at));
                default -> {}
            }
            at += FRAME_BYTES + file.u32(at);
        }
        if (data.size() == 0) {
            throw new IOException("there are no pixels: it is cut off or damaged");
        }
    }

    private void readText(byte[] text) throws IOException {
        // keyword, 0, not compressed: 0, method 0, language 0, translated keyword 0, then the packet
        if (new FileBytes(text).startsWith(0, XMP_KEYWORD + "\0")) {
            xmp = text;
        }
    }

    private static byte[] chunk(FileBytes file, long at) throws IOException {
        return file.copy(at + 8, file.u32(at));
    }

    private static byte[] checked(FileBytes file, long at) throws IOException {
        long length = file.u32(at);
        int start = file.at(at + 4, length + 8);
        CRC32 check = new CRC32();
        check.update(file.array(), start, (int) length + 4);
        if (check.getValue() != file.u32(at + 8 + length)) {
            throw new IOException("the chunk " + file.ascii(at + 4, 4) + " is damaged (wrong check sum)");
        }
        return chunk(file, at);
    }

    @Override
    public ImageSize storedSize() {
        return size;
    }

    /** The samples as stored, of 8 or 16 bits each, and the picture. */
    @Override
    public long leastDecodingBytes() {
        int bands =
                switch (colorType) {
                    case RGB -> 3;
                    case GREY_ALPHA -> 2;
                    case RGB_ALPHA -> 4;
                    default -> 1;
                };
        // Less than 8 bits are of one band and packed.
        return size.pixelCount() * (bands * (depth / Byte.SIZE) + RasterImage.CHANNELS);
    }

    @Override
    public int orientation() {
        return OrientationTag.choose(exif, xmp);
    }

    @Override
    public Pixels decode(Runnable check) throws IOException {
        Raster raster = PluginReaders.decode(PluginReaders.jdk("png"), pixelsOnly(), check);
        int bands = raster.getNumBands();
        byte[] samples = Samples.interleaved(raster);
        return switch (colorType) {
            case GREY -> {
                byte[] alpha = keyed(raster, 1);
                Samples.spread(samples, depth);
                yield pixels(ColorMath.greyToRgb(samples), alpha);
            }
            case RGB -> {
                byte[] alpha = keyed(raster, RasterImage.CHANNELS);
                yield pixels(Samples.firstThree(samples, bands), alpha);
            }
            case PALETTE -> pixels(ColorMath.paletteToRgb(samples, colours()), paletteAlpha(samples));
            case GREY_ALPHA ->
                pixels(ColorMath.greyToRgb(Samples.band(samples, bands, 0)), Samples.band(samples, bands, 1));
            case RGB_ALPHA -> pixels(Samples.firstThree(samples, bands), Samples.band(samples, bands, 3));
            default -> throw new IOException("the header says colour type " + colorType);
        };
    }

    private Pixels pixels(byte[] rgb, byte @Nullable [] alpha) {
        return new Pixels(size.width(), size.height(), rgb, alpha);
    }

    private byte[] colours() throws IOException {
        if (palette == null || palette.length == 0 || palette.length % RasterImage.CHANNELS != 0) {
            throw new IOException("the palette is missing or damaged");
        }
        return palette;
    }

    /** One value of full depth per band stands for clear. */
    private byte @Nullable [] keyed(Raster raster, int bands) throws IOException {
        if (transparency == null || transparency.length < 2 * bands) {
            return null;
        }
        FileBytes values = new FileBytes(transparency);
        int[] key = new int[bands];
        for (int band = 0; band < bands; band++) {
            key[band] = values.u16(2L * band);
        }
        return Samples.clearWhere(raster, key);
    }

    private byte @Nullable [] paletteAlpha(byte[] indices) {
        if (transparency == null) {
            return null;
        }
        byte[] alpha = new byte[indices.length];
        for (int pixel = 0; pixel < alpha.length; pixel++) {
            int index = indices[pixel] & 0xFF;
            alpha[pixel] = index < transparency.length ? transparency[index] : (byte) 255;
        }
        return alpha;
    }

    /** The file again, with header, palette and pixels only; transparency is worked out here, at full depth. */
    private byte[] pixelsOnly() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream(data.size() + 1024);
        file.write(SIGNATURE);
        write(file, "IHDR", header);
        if (colorType == PALETTE) {
            write(file, "PLTE", colours());
        }
        write(file, "IDAT", data.toByteArray());
        write(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void write(ByteArrayOutputStream file, String name, byte[] content) throws IOException {
        byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 check = new CRC32();
        check.update(letters);
        check.update(content);
        writeInt(file, content.length);
        file.write(letters);
        file.write(content);
        writeInt(file, (int) check.getValue());
    }

    private static void writeInt(ByteArrayOutputStream file, int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            file.write(value >>> shift);
        }
    }
}
