package io.github.glimpse.image;

/**
 * A rectangle on a picture, in pixels that may be fractions; left and top are in it, right and bottom are not.
 *
 * @param left from the left side of the picture; may be negative
 * @param top from the upper side of the picture; may be negative
 * @param width not negative
 * @param height not negative
 */
public record PixelArea(double left, double top, double width, double height) {

    /** Where it ends on the right. */
    public double right() {
        return left + width;
    }

    /** Where it ends below. */
    public double bottom() {
        return top + height;
    }

    /** Whether nothing is in it. */
    public boolean isEmpty() {
        return width <= 0 || height <= 0;
    }

    /** The part of it that lies on a picture; empty if it lies beside it. */
    public PixelArea clippedTo(ImageSize picture) {
        double fromX = Math.min(Math.max(left, 0), picture.width());
        double fromY = Math.min(Math.max(top, 0), picture.height());
        double toX = Math.min(Math.max(right(), 0), picture.width());
        double toY = Math.min(Math.max(bottom(), 0), picture.height());
        return new PixelArea(fromX, fromY, toX - fromX, toY - fromY);
    }
}
