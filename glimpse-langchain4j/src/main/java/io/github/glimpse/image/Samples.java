package io.github.glimpse.image;

import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * Reads the numbers of a raster as they are stored in the file. {@code BufferedImage.getRGB} is not used: it applies
 * tone curves to grey pictures and rounds 16 bits to 8, where Pillow copies and cuts.
 */
final class Samples {

    private Samples() {}

    /**
     * All samples as bytes, pixel by pixel, without scaling: the high byte of 16-bit samples, small numbers as they
     * are.
     *
     * @return {@code [height, width, bands]}; may be the raster's own array
     */
    static byte[] interleaved(Raster raster) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int rowLength = Math.multiplyExact(width, raster.getNumBands());
        if (holdsExactly(raster, rowLength)) {
            return ((DataBufferByte) raster.getDataBuffer()).getData();
        }
        byte[] all = new byte[Math.multiplyExact(rowLength, height)];
        boolean plainBytes = raster.getTransferType() == DataBuffer.TYPE_BYTE
                && raster.getSampleModel() instanceof ComponentSampleModel;
        byte[] bytes = new byte[plainBytes ? rowLength : 0];
        int[] numbers = new int[plainBytes ? 0 : rowLength];
        int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - Byte.SIZE);
        for (int y = 0; y < height; y++) {
            if (plainBytes) {
                raster.getDataElements(raster.getMinX(), raster.getMinY() + y, width, 1, bytes);
                System.arraycopy(bytes, 0, all, y * rowLength, rowLength);
            } else {
                raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, numbers);
                for (int i = 0; i < rowLength; i++) {
                    all[y * rowLength + i] = (byte) (numbers[i] >> shift);
                }
            }
        }
        return all;
    }

    /** Whether the array behind the raster is already what is asked for, so that nothing needs copying. */
    private static boolean holdsExactly(Raster raster, int rowLength) {
        if (!(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
                || !(raster.getDataBuffer() instanceof DataBufferByte buffer)) {
            return false;
        }
        int[] offsets = model.getBandOffsets();
        for (int band = 0; band < offsets.length; band++) {
            if (offsets[band] != band) {
                return false;
            }
        }
        return model.getPixelStride() == offsets.length
                && model.getScanlineStride() == rowLength
                && buffer.getNumBanks() == 1
                && buffer.getOffset() == 0
                && buffer.getData().length == rowLength * raster.getHeight()
                && raster.getSampleModelTranslateX() == 0
                && raster.getSampleModelTranslateY() == 0;
    }

    /**
     * Spreads samples of fewer than 8 bits over 0 to 255, in place. 255 is a multiple of every largest value, so
     * nothing is rounded.
     */
    static void spread(byte[] samples, int bits) {
        if (bits < Byte.SIZE) {
            int factor = 255 / ((1 << bits) - 1);
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (byte) (samples[i] * factor);
            }
        }
    }

    /**
     * Transparency of a picture in which one colour stands for clear.
     *
     * @param key one value per band, at the full depth of the file
     * @return {@code [height, width]}, 0 where every band equals the key, else 255
     */
    static byte[] clearWhere(Raster raster, int[] key) {
        int width = raster.getWidth();
        int bands = key.length;
        byte[] alpha = new byte[Math.multiplyExact(width, raster.getHeight())];
        int[] row = new int[Math.multiplyExact(width, bands)];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                boolean equal = true;
                for (int band = 0; band < bands; band++) {
                    equal &= row[x * bands + band] == key[band];
                }
                alpha[y * width + x] = (byte) (equal ? 0 : 255);
            }
        }
        return alpha;
    }

    /** Takes one band out of interleaved samples. */
    static byte[] band(byte[] samples, int bands, int band) {
        byte[] one = new byte[samples.length / bands];
        for (int pixel = 0; pixel < one.length; pixel++) {
            one[pixel] = samples[pixel * bands + band];
        }
        return one;
    }

    /** Keeps the first three bands of interleaved samples. */
    static byte[] firstThree(byte[] samples, int bands) {
        if (bands == RasterImage.CHANNELS) {
            return samples;
        }
        int pixelCount = samples.length / bands;
        byte[] rgb = new byte[pixelCount * RasterImage.CHANNELS];
        for (int pixel = 0; pixel < pixelCount; pixel++) {
            System.arraycopy(samples, pixel * bands, rgb, pixel * RasterImage.CHANNELS, RasterImage.CHANNELS);
        }
        return rgb;
    }
}
