package io.github.glimpse.image;

/**
 * A part of a picture.
 *
 * @param left columns before it
 * @param top rows above it
 * @param width at least 1
 * @param height at least 1
 */
public record CropWindow(int left, int top, int width, int height) {

    public CropWindow {
        if (left < 0 || top < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "No part of a picture: " + width + " x " + height + " at " + left + ", " + top);
        }
    }

    /** The whole of a picture. */
    static CropWindow whole(int width, int height) {
        return new CropWindow(0, 0, width, height);
    }

    /** The middle of a picture; an odd column or row to leave out is left out at the right or below. */
    public static CropWindow centre(int pictureWidth, int pictureHeight, int width, int height) {
        return new CropWindow((pictureWidth - width) / 2, (pictureHeight - height) / 2, width, height);
    }
}
