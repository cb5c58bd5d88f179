package io.github.glimpse.image;

/**
 * Brings a picture upright by the orientation number of its metadata: 1 to 8 as in EXIF tag 0x0112, the moves of
 * Pillow's {@code ImageOps.exif_transpose}. Other numbers mean "as it is".
 */
final class Turn {

    /** The number of a picture that is upright already. */
    static final int NONE = 1;

    private Turn() {}

    /** Whether width and height change places. */
    static boolean swapsSides(int orientation) {
        return orientation >= 5 && orientation <= 8;
    }

    /** The size of a picture after its turn. */
    static ImageSize turned(ImageSize stored, int orientation) {
        return swapsSides(orientation) ? stored.transposed() : stored;
    }

    /** Returns the upright picture; the same object if nothing is to be done. */
    static RasterImage upright(RasterImage image, int orientation) {
        if (orientation <= NONE || orientation > 8) {
            return image;
        }
        int width = image.width();
        int height = image.height();
        boolean swap = swapsSides(orientation);
        int outWidth = swap ? height : width;
        int outHeight = swap ? width : height;
        // Pixel (x, y) of the result lies at first + x * stepX + y * stepY of the source
        int first =
                switch (orientation) {
                    case 2, 8 -> width - 1;
                    case 3, 7 -> width * height - 1;
                    case 4, 6 -> width * (height - 1);
                    default -> 0;
                };
        int stepX =
                switch (orientation) {
                    case 2, 3 -> -1;
                    case 4 -> 1;
                    case 5, 8 -> width;
                    default -> -width;
                };
        int stepY =
                switch (orientation) {
                    case 2 -> width;
                    case 3, 4 -> -width;
                    case 5, 6 -> 1;
                    default -> -1;
                };
        return new RasterImage(outWidth, outHeight, moved(image.rgb(), outWidth, outHeight, first, stepX, stepY));
    }

    private static byte[] moved(byte[] source, int outWidth, int outHeight, int first, int stepX, int stepY) {
        byte[] result = new byte[source.length];
        int to = 0;
        for (int y = 0; y < outHeight; y++) {
            int from = RasterImage.CHANNELS * (first + y * stepY);
            for (int x = 0; x < outWidth; x++) {
                result[to++] = source[from];
                result[to++] = source[from + 1];
                result[to++] = source[from + 2];
                from += RasterImage.CHANNELS * stepX;
            }
        }
        return result;
    }
}
