package io.github.glimpse.image;

/** Cuts parts out of pictures, pixel by pixel. */
public final class PictureCrop {

    private PictureCrop() {}

    /**
     * A part as a PNG file.
     *
     * @throws IllegalArgumentException if the part reaches beyond the picture
     */
    public static byte[] png(RasterImage picture, CropWindow part) {
        return PngEncoder.encode(of(picture, part));
    }

    /**
     * A part.
     *
     * @throws IllegalArgumentException if it reaches beyond the picture
     */
    public static RasterImage of(RasterImage picture, CropWindow part) {
        if (part.left() + part.width() > picture.width() || part.top() + part.height() > picture.height()) {
            throw new IllegalArgumentException("The part " + part + " reaches beyond a picture of " + picture.width()
                    + " x " + picture.height() + " pixels");
        }
        int channels = RasterImage.CHANNELS;
        byte[] rgb = new byte[channels * part.width() * part.height()];
        for (int row = 0; row < part.height(); row++) {
            int from = channels * ((part.top() + row) * picture.width() + part.left());
            System.arraycopy(picture.rgb(), from, rgb, channels * row * part.width(), channels * part.width());
        }
        return new RasterImage(part.width(), part.height(), rgb);
    }
}
