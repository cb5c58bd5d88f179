package io.github.glimpse.image;

/**
 * A larger area of one colour on which a picture lies, for families that pad before they resize. It is never made: the
 * resizer works out what would be there, so that a strip of 20,000 x 100 pixels costs no 1.2 GB.
 *
 * @param width of the canvas, at least that of the picture and {@code left}
 * @param height of the canvas
 * @param left columns of the colour to the left of the picture
 * @param top rows of the colour above it
 * @param red 0 to 255
 * @param green 0 to 255
 * @param blue 0 to 255
 */
public record ImageCanvas(int width, int height, int left, int top, int red, int green, int blue) {

    private static final int MOST = 255;

    public ImageCanvas {
        if (width < 1 || height < 1 || left < 0 || top < 0 || left >= width || top >= height) {
            throw new IllegalArgumentException(
                    "A picture cannot lie at " + left + ", " + top + " on a canvas of " + width + " x " + height);
        }
        if ((red | green | blue) < 0 || red > MOST || green > MOST || blue > MOST) {
            throw new IllegalArgumentException("No colour: " + red + ", " + green + ", " + blue);
        }
    }

    /** The canvas of a picture without padding. */
    static ImageCanvas of(RasterImage image) {
        return new ImageCanvas(image.width(), image.height(), 0, 0, 0, 0, 0);
    }

    /**
     * The smallest square around a picture, which lies in its middle; an odd column or row of padding goes to the
     * right or below.
     */
    public static ImageCanvas square(ImageSize image, int red, int green, int blue) {
        int side = Math.max(image.width(), image.height());
        return new ImageCanvas(side, side, (side - image.width()) / 2, (side - image.height()) / 2, red, green, blue);
    }
}
