package io.github.glimpse.image;

import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A BMP file: 1, 4, 8, 16, 24 and 32 bits, plain, run-length coded or with bit masks. Only where a file states an alpha
 * mask has it transparency; the fourth byte of plain 32-bit pixels is filling.
 */
final class BmpFile implements ImageFile {

    private static final int FILE_HEADER_BYTES = 14;
    private static final int OS2_HEADER_BYTES = 12;
    private static final int INFO_HEADER_BYTES = 40;
    private static final int V3_HEADER_BYTES = 56;
    private static final int V4_HEADER_BYTES = 108;
    private static final int PLAIN = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;
    private static final int SRGB = 0x73524742;
    private static final int MOST_COLOURS = 256;
    private static final int MASKS = 4;

    private final FileBytes file;
    private final ImageSize size;
    private final boolean topDown;
    private final int bits;
    private final int compression;
    private final int pixelStart;
    private final int[] masks = new int[MASKS];
    private final byte[] palette;

    private BmpFile(FileBytes file) throws IOException {
        this.file = file;
        int headerBytes = file.s32(FILE_HEADER_BYTES);
        boolean os2 = headerBytes == OS2_HEADER_BYTES;
        if (!os2 && (headerBytes < INFO_HEADER_BYTES || headerBytes > 124)) {
            throw new IOException("its header of " + headerBytes + " bytes is of no known version");
        }
        int width = os2 ? file.u16(18) : file.s32(18);
        int height = os2 ? file.u16(20) : file.s32(22);
        if (width < 1 || height == 0 || height == Integer.MIN_VALUE) {
            throw new IOException("the header says " + width + " x " + height + " pixels");
        }
        size = new ImageSize(width, Math.abs(height));
        topDown = height < 0;
        bits = file.u16(os2 ? 24 : 28);
        compression = os2 ? PLAIN : file.s32(30);
        checkKind();
        long at = (long) FILE_HEADER_BYTES + headerBytes;
        if (compression == BIT_FIELDS) {
            at = readMasks(headerBytes, at);
        }
        palette = bits > Byte.SIZE ? new byte[0] : readPalette(os2, at);
        long start = file.u32(10);
        pixelStart = file.at(start == 0 ? at + (long) palette.length / RasterImage.CHANNELS * (os2 ? 3 : 4) : start, 1);
    }

    static BmpFile open(FileBytes file) throws IOException {
        return new BmpFile(file.as(ByteOrder.LITTLE_ENDIAN));
    }

    private void checkKind() throws IOException {
        boolean known =
                switch (compression) {
                    case PLAIN -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
                    case RLE8 -> bits == 8;
                    case RLE4 -> bits == 4;
                    case BIT_FIELDS -> bits == 16 || bits == 32;
                    default -> false;
                };
        if (!known) {
            throw new IOException("it has " + bits + " bits per pixel and compression " + compression
                    + ", which is not supported; save it as PNG");
        }
    }

    /** Masks lie inside long headers and behind short ones; returns where the palette starts. */
    private long readMasks(int headerBytes, long afterHeader) throws IOException {
        int count = headerBytes >= V3_HEADER_BYTES ? MASKS : MASKS - 1;
        for (int mask = 0; mask < count; mask++) {
            masks[mask] = file.s32(FILE_HEADER_BYTES + INFO_HEADER_BYTES + 4L * mask);
        }
        if (masks[0] == 0 || masks[1] == 0 || masks[2] == 0) {
            throw new IOException("a colour has an empty mask");
        }
        return headerBytes == INFO_HEADER_BYTES ? afterHeader + 4L * count : afterHeader;
    }

    /** Colours as {@code [count, 3]}: red, green, blue. */
    private byte[] readPalette(boolean os2, long at) throws IOException {
        long stated = os2 ? 0 : file.u32(46);
        long count = stated == 0 ? 1L << bits : stated;
        if (count > MOST_COLOURS) {
            throw new IOException("its palette has " + count + " colours; at most " + MOST_COLOURS + " can be");
        }
        byte[] colours = new byte[RasterImage.CHANNELS * (int) count];
        int step = os2 ? 3 : 4;
        for (int colour = 0; colour < count; colour++) {
            for (int channel = 0; channel < RasterImage.CHANNELS; channel++) {
                colours[RasterImage.CHANNELS * colour + channel] =
                        (byte) file.u8(at + (long) colour * step + (2 - channel));
            }
        }
        return colours;
    }

    @Override
    public ImageSize storedSize() {
        return size;
    }

    @Override
    public int orientation() {
        return Turn.NONE;
    }

    @Override
    public Pixels decode(Runnable check) throws IOException {
        if (compression == PLAIN || compression == BIT_FIELDS) {
            long rowBytes = ((long) size.width() * bits + 31) / 32 * 4;
            // The filling of the last row is often left out
            long lastRowBytes = ((long) size.width() * bits + 7) / 8;
            file.at(pixelStart, rowBytes * (size.height() - 1) + lastRowBytes);
        }
        Raster raster = PluginReaders.decode(PluginReaders.jdk("bmp"), normalised(), check);
        if (bits <= Byte.SIZE) {
            byte[] rgb = ColorMath.paletteToRgb(Samples.interleaved(raster), palette);
            return new Pixels(size.width(), size.height(), rgb, null);
        }
        return spread(raster);
    }

    /** Brings colours of 5 or 6 bits to 8: {@code value * 255 / largest}, rounded down as in Pillow. */
    private Pixels spread(Raster raster) {
        int bands = raster.getNumBands();
        int[] sampleBits = raster.getSampleModel().getSampleSize();
        int width = size.width();
        byte[] rgb = new byte[Math.multiplyExact(RasterImage.CHANNELS * width, size.height())];
        byte @Nullable [] alpha = bands > RasterImage.CHANNELS ? new byte[width * size.height()] : null;
        int[] row = new int[width * bands];
        for (int y = 0; y < size.height(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int pixel = y * width + x;
                for (int channel = 0; channel < RasterImage.CHANNELS; channel++) {
                    int most = (1 << sampleBits[channel]) - 1;
                    rgb[RasterImage.CHANNELS * pixel + channel] = (byte) (row[x * bands + channel] * 255 / most);
                }
                if (alpha != null) {
                    alpha[pixel] = (byte) (row[x * bands + 3] * 255 / ((1 << sampleBits[3]) - 1));
                }
            }
        }
        return new Pixels(width, size.height(), rgb, alpha);
    }

    /**
     * The same pixels behind a header of version 4 with sRGB: the reader then follows neither embedded nor linked
     * colour profiles and meets one form instead of eight.
     */
    private byte[] normalised() {
        int rowPadding = Integer.BYTES;
        int colours = bits > Byte.SIZE ? 0 : palette.length / RasterImage.CHANNELS;
        int start = FILE_HEADER_BYTES + V4_HEADER_BYTES + 4 * colours;
        int pixelBytes = file.length() - pixelStart;
        ByteBuffer result = ByteBuffer.allocate(start + pixelBytes + rowPadding).order(ByteOrder.LITTLE_ENDIAN);
        result.put((byte) 'B')
                .put((byte) 'M')
                .putInt(result.capacity())
                .putInt(0)
                .putInt(start);
        result.putInt(V4_HEADER_BYTES).putInt(size.width()).putInt(topDown ? -size.height() : size.height());
        result.putShort((short) 1).putShort((short) bits).putInt(compression);
        result.putInt(pixelBytes).putInt(0).putInt(0).putInt(colours).putInt(0);
        for (int mask : masks) {
            result.putInt(mask);
        }
        result.putInt(SRGB).position(FILE_HEADER_BYTES + V4_HEADER_BYTES);
        for (int colour = 0; colour < colours; colour++) {
            int at = RasterImage.CHANNELS * colour;
            result.put(palette[at + 2]).put(palette[at + 1]).put(palette[at]).put((byte) 0);
        }
        result.put(file.array(), pixelStart, pixelBytes);
        return result.array();
    }
}
