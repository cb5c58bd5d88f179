package io.github.glimpse.image;

import org.jspecify.annotations.Nullable;

/**
 * What a file format gives: colours and, where the file has it, transparency, as stored (not yet turned). The arrays
 * belong to the receiver.
 *
 * @param rgb {@code [height, width, 3]}
 * @param alpha {@code [height, width]}, 0 = clear, 255 = opaque; null if the file has no transparency
 */
@SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
record Pixels(int width, int height, byte[] rgb, byte @Nullable [] alpha) {

    /** Joins colours and transparency into a picture; may write into {@link #rgb}. */
    RasterImage flatten(Transparency transparency) {
        if (alpha != null) {
            switch (transparency) {
                case WHITE -> pasteOnWhite(rgb, alpha);
                case DROP -> {}
            }
        }
        return new RasterImage(width, height, rgb);
    }

    private static void pasteOnWhite(byte[] rgb, byte[] alpha) {
        for (int pixel = 0, at = 0; pixel < alpha.length; pixel++) {
            int opacity = alpha[pixel] & 0xFF;
            for (int channel = 0; channel < RasterImage.CHANNELS; channel++, at++) {
                rgb[at] = (byte) ColorMath.divideBy255((rgb[at] & 0xFF) * opacity + 255 * (255 - opacity));
            }
        }
    }
}
