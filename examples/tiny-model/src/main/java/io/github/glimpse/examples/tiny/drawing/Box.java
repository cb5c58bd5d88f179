package io.github.glimpse.examples.tiny.drawing;

/**
 * A rectangle in pixels.
 *
 * @param left first column
 * @param top first row
 * @param right first column behind it
 * @param bottom first row below it
 */
public record Box(int left, int top, int right, int bottom) {

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Box {
        if (left >= right || top >= bottom) {
            throw new IllegalArgumentException(
                    "The box " + left + "," + top + " to " + right + "," + bottom + " is empty");
        }
    }

    /** The smallest box around both. */
    public Box union(Box other) {
        return new Box(
                Math.min(left, other.left),
                Math.min(top, other.top),
                Math.max(right, other.right),
                Math.max(bottom, other.bottom));
    }

    /** Whether the two share a pixel. */
    public boolean touches(Box other) {
        return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }

    /** Whether the pixel lies in it. */
    public boolean contains(int x, int y) {
        return x >= left && x < right && y >= top && y < bottom;
    }

    /** The box with a margin on each side. */
    Box grow(int margin) {
        return new Box(left - margin, top - margin, right + margin, bottom + margin);
    }
}
