package io.github.glimpse.image;

import com.twelvemonkeys.imageio.util.ProgressListenerBase;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.ImageReader;

/**
 * A GIF file: the first frame, on the whole canvas. What the frame leaves free has the transparent colour, or colour 0
 * if there is none, as in Pillow.
 */
final class GifFile implements ImageFile {

    private static final int SCREEN_BYTES = 13;
    private static final int EXTENSION = '!';
    private static final int FRAME = ',';
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int HAS_PALETTE = 0x80;
    private static final int INTERLACED = 0x40;
    private static final int HAS_TRANSPARENT = 1;
    private static final int WIDEST_CODE = 8;
    private static final int NO_COLOUR = -1;
    private static final float COMPLETE = 100f;

    private final FileBytes file;
    private final ImageSize canvas;
    private final byte[] palette;
    private int transparentIndex = NO_COLOUR;
    private int left;
    private int top;
    private int width;
    private int height;
    private boolean interlaced;
    private int dataStart;
    private int dataEnd;

    private GifFile(FileBytes file) throws IOException {
        this.file = file;
        long at = SCREEN_BYTES;
        byte[] global = paletteAt(file.u8(10), at);
        at += global.length;
        at = skipExtensions(at);
        if (file.u8(at) != FRAME) {
            throw new IOException("it has no frame");
        }
        byte[] local = readFrame(at);
        palette = coloursOf(local.length > 0 ? local : global);
        canvas = new ImageSize(Math.max(file.u16(6), left + width), Math.max(file.u16(8), top + height));
    }

    static GifFile open(FileBytes file) throws IOException {
        return new GifFile(file.as(ByteOrder.LITTLE_ENDIAN));
    }

    private byte[] paletteAt(int flags, long at) throws IOException {
        return (flags & HAS_PALETTE) == 0 ? new byte[0] : file.copy(at, RasterImage.CHANNELS * (2L << (flags & 7)));
    }

    private long skipExtensions(long start) throws IOException {
        long at = start;
        while (file.u8(at) == EXTENSION) {
            if (file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) >= 4) {
                boolean used = (file.u8(at + 3) & HAS_TRANSPARENT) != 0;
                transparentIndex = used ? file.u8(at + 6) : transparentIndex;
            }
            at = skipBlocks(at + 2);
        }
        return at;
    }

    private long skipBlocks(long start) throws IOException {
        long at = start;
        while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }

    /** Reads the frame's place and where its data lie; returns its own palette, empty if it has none. */
    private byte[] readFrame(long at) throws IOException {
        left = file.u16(at + 1);
        top = file.u16(at + 3);
        width = file.u16(at + 5);
        height = file.u16(at + 7);
        int flags = file.u8(at + 9);
        interlaced = (flags & INTERLACED) != 0;
        byte[] local = paletteAt(flags, at + 10);
        dataStart = (int) at + 10 + local.length;
        int codeBits = file.u8(dataStart);
        if (width == 0 || height == 0 || codeBits < 1 || codeBits > WIDEST_CODE) {
            throw new IOException(
                    "its frame has " + width + " x " + height + " pixels and codes of " + codeBits + " bits");
        }
        dataEnd = endOfData(dataStart + 1);
        return local;
    }

    /** Where the data end; a file may stop right after its last block of pixels. */
    private int endOfData(int start) throws IOException {
        int at = start;
        while (at < file.length() && file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return Math.min(at, file.length());
    }

    /** Pillow treats a palette of rising greys as none, and then index i is grey i, beyond the palette too. */
    private static byte[] coloursOf(byte[] stored) {
        byte[] ramp = ColorMath.greyRamp();
        return Arrays.equals(stored, 0, stored.length, ramp, 0, stored.length) ? ramp : stored;
    }

    @Override
    public ImageSize storedSize() {
        return canvas;
    }

    @Override
    public int orientation() {
        return Turn.NONE;
    }

    @Override
    public Pixels decode(Runnable check) throws IOException {
        byte[] frame = decodeFrame(check);
        byte[] indices = frame;
        if (width != canvas.width() || height != canvas.height()) {
            indices = new byte[Math.multiplyExact(canvas.width(), canvas.height())];
            Arrays.fill(indices, (byte) Math.max(0, transparentIndex));
            for (int y = 0; y < height; y++) {
                System.arraycopy(frame, y * width, indices, (top + y) * canvas.width() + left, width);
            }
        }
        byte[] rgb = ColorMath.paletteToRgb(indices, palette);
        if (transparentIndex == NO_COLOUR) {
            return new Pixels(canvas.width(), canvas.height(), rgb, null);
        }
        for (int pixel = 0; pixel < indices.length; pixel++) {
            indices[pixel] = (byte) ((indices[pixel] & 0xFF) == transparentIndex ? 0 : 255);
        }
        return new Pixels(canvas.width(), canvas.height(), rgb, indices);
    }

    /** The frame's colour indices, {@code [height, width]}. */
    private byte[] decodeFrame(Runnable check) throws IOException {
        ImageReader reader = PluginReaders.jdk("gif");
        Progress progress = new Progress();
        reader.addIIOReadProgressListener(progress);
        Raster raster = PluginReaders.decode(reader, frameOnly(), check);
        if (progress.percent < COMPLETE) {
            throw new IOException("its pixels end too early");
        }
        return Samples.interleaved(raster);
    }

    /** A file of this frame alone, with all 256 colours, so that the raster has bytes and holds any index. */
    private byte[] frameOnly() throws IOException {
        ByteArrayOutputStream result = new ByteArrayOutputStream(dataEnd - dataStart + 1024);
        result.write(file.array(), 0, 6);
        writeSize(result);
        result.write(new byte[] {(byte) 0xF7, 0, 0});
        result.write(ColorMath.greyRamp());
        result.write(new byte[] {FRAME, 0, 0, 0, 0});
        writeSize(result);
        result.write(interlaced ? INTERLACED : 0);
        result.write(file.array(), dataStart, dataEnd - dataStart);
        result.write(0);
        result.write(';');
        return result.toByteArray();
    }

    private void writeSize(ByteArrayOutputStream result) {
        for (int side : new int[] {width, height}) {
            result.write(side);
            result.write(side >> 8);
        }
    }

    /** The reader returns a half-filled picture when codes run out; only its progress shows it. */
    private static final class Progress extends ProgressListenerBase {
        private float percent;

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            percent = Math.max(percent, percentageDone);
        }
    }
}
