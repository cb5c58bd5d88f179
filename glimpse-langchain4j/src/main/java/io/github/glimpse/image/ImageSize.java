package io.github.glimpse.image;

/**
 * Width and height of a picture in pixels, as it is seen: after the turn that its metadata asks for.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 */
public record ImageSize(int width, int height) {

    public ImageSize {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("A picture needs at least one pixel, not " + width + " x " + height);
        }
    }

    /** The size of the picture lying on its side. */
    ImageSize transposed() {
        return new ImageSize(/* width= */ height, /* height= */ width);
    }

    /** Width times height. */
    public long pixelCount() {
        return (long) width * height;
    }
}
