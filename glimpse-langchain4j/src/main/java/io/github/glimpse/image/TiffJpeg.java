package io.github.glimpse.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;

/**
 * Pixels of TIFF files that keep each strip or tile as a JPEG stream, with the tables for all of them in a tag. Done
 * here and not by the plug-in, which would write temporary files and take any JPEG reader that is on the class path.
 *
 * @param file the TIFF file
 * @param tables a JPEG stream without pixels; empty if each block has its own
 * @param isYcc whether three components are YCbCr, else they are taken as they are
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TiffJpeg(FileBytes file, byte[] tables, boolean isYcc) {

    /** Blocks are filled up to whole units of a JPEG. */
    private static final int MOST_PADDING = 16;

    TiffJpeg {
        file = file.as(ByteOrder.BIG_ENDIAN); // as JPEG is, whatever the TIFF around it
    }

    /**
     * Decodes all blocks.
     *
     * @param blocks where they are
     * @param bands components that each must have
     * @param check run now and then
     * @return {@code [height, width, bands]}
     */
    byte[] decode(ImageSize size, TiffBlocks blocks, int bands, Runnable check) throws IOException {
        byte[] all = new byte[Math.multiplyExact(Math.multiplyExact(size.width(), size.height()), bands)];
        for (int block = 0; block < blocks.offsets().length; block++) {
            int left = block % blocks.columns() * blocks.width();
            int top = block / blocks.columns() * blocks.height();
            Raster raster = decode((int) blocks.offsets()[block], (int) blocks.lengths()[block], blocks, check);
            if (raster.getNumBands() != bands) {
                throw new IOException("a block has " + raster.getNumBands() + " components, not " + bands);
            }
            byte[] samples = Samples.interleaved(raster);
            for (int at = 0; isYcc && at < samples.length; at += bands) {
                ColorMath.yccToRgb(samples, at);
            }
            int columns = Math.min(raster.getWidth(), size.width() - left);
            int rows = Math.min(Math.min(raster.getHeight(), blocks.height()), size.height() - top);
            for (int y = 0; y < rows; y++) {
                int to = ((top + y) * size.width() + left) * bands;
                System.arraycopy(samples, y * raster.getWidth() * bands, all, to, columns * bands);
            }
        }
        return all;
    }

    private Raster decode(int offset, int length, TiffBlocks blocks, Runnable check) throws IOException {
        JpegMarkers markers = JpegMarkers.of(file, offset, length);
        ImageSize inner = markers.size();
        // It must not be larger than its block, or it would get round the limit of pixels
        if (inner.width() > blocks.width() + MOST_PADDING || inner.height() > blocks.height() + MOST_PADDING) {
            throw new IOException("a block of " + blocks.width() + " x " + blocks.height() + " pixels holds a JPEG of "
                    + inner.width() + " x " + inner.height());
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream(tables.length + length);
        stream.write(0xFF);
        stream.write(JpegMarkers.START);
        if (tables.length > 0) {
            FileBytes shared = new FileBytes(tables);
            JpegMarkers.writePixelSegments(shared, JpegMarkers.walk(shared, 0, tables.length), stream);
        }
        JpegMarkers.writePixelSegments(file, markers.segments(), stream);
        stream.write(0xFF);
        stream.write(JpegMarkers.END);
        return PluginReaders.decodeRaw(PluginReaders.jdk("jpeg"), stream.toByteArray(), check);
    }
}
