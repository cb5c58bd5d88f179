package io.github.glimpse.image;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes pictures as PNG, with the writer of the JDK and without a cache on disk. */
final class PngEncoder {

    /** The JDK's writer takes 0 for its best packing and 1 for none. */
    private static final float LEAST_EFFORT = 0.9f;

    private PngEncoder() {}

    static byte[] encode(RasterImage image) {
        return encode(image, null);
    }

    /** For files that are read soon and not kept. */
    static byte[] encodeFast(RasterImage image) {
        return encode(image, LEAST_EFFORT);
    }

    /** A picture that was drawn. */
    static byte[] encode(BufferedImage image) {
        return encode(image, null);
    }

    private static byte[] encode(RasterImage image, @Nullable Float quality) {
        return encode(view(image), quality);
    }

    private static byte[] encode(BufferedImage image, @Nullable Float quality) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("png");
        if (!writers.hasNext()) {
            throw new IllegalStateException(
                    "This Java runtime cannot write PNG; use one with the whole module java.desktop");
        }
        ImageWriter writer = writers.next();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(file)) {
            writer.setOutput(stream);
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (quality != null && settings.canWriteCompressed()) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality);
            }
            writer.write(null, new IIOImage(image, null, null), settings);
        } catch (IOException e) { // memory does not fail
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    /** An image that shares the bytes. */
    private static BufferedImage view(RasterImage image) {
        int channels = RasterImage.CHANNELS;
        WritableRaster raster = Raster.createInterleavedRaster(
                new DataBufferByte(image.rgb(), image.rgb().length),
                image.width(),
                image.height(),
                channels * image.width(),
                channels,
                new int[] {0, 1, 2},
                null);
        ComponentColorModel colors = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, Transparency.OPAQUE, DataBuffer.TYPE_BYTE);
        return new BufferedImage(colors, raster, false, null);
    }
}
