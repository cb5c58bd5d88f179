package io.github.glimpse.documents;

import java.util.Locale;

/**
 * A rectangle on a page as a reader sees it: turned and cropped as the page says, in points (1/72 inch) from its upper left corner. On a
 * document that is a picture a point is a pixel.
 *
 * @param x1 left
 * @param y1 top
 * @param x2 right, not left of {@code x1}
 * @param y2 bottom, not above {@code y1}
 */
public record PageBox(double x1, double y1, double x2, double y2) {

    public PageBox {
        if (!(x2 >= x1) || !(y2 >= y1)) {
            throw new IllegalArgumentException(
                    "No box: " + x1 + ", " + y1 + " to " + x2 + ", " + y2 + "; the first corner is the upper left one");
        }
    }

    /** The box of two opposite corners, whichever they are. */
    public static PageBox ofCorners(double x1, double y1, double x2, double y2) {
        return new PageBox(Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2));
    }

    /** The corners with one decimal, as in {@code 20.0,66.1,80.2,80.3}. */
    public String text() {
        return String.format(Locale.ROOT, "%.1f,%.1f,%.1f,%.1f", x1, y1, x2, y2);
    }

    /** From left to right. */
    public double width() {
        return x2 - x1;
    }

    /** From top to bottom. */
    public double height() {
        return y2 - y1;
    }

    /** Square points. */
    public double area() {
        return width() * height();
    }

    /** The smallest box that holds both. */
    public PageBox union(PageBox other) {
        return new PageBox(
                Math.min(x1, other.x1), Math.min(y1, other.y1), Math.max(x2, other.x2), Math.max(y2, other.y2));
    }

    /** What of another lies in it, of no size at its edge if the other lies beside it. */
    PageBox clip(PageBox other) {
        return new PageBox(
                Math.min(Math.max(other.x1, x1), x2),
                Math.min(Math.max(other.y1, y1), y2),
                Math.min(Math.max(other.x2, x1), x2),
                Math.min(Math.max(other.y2, y1), y2));
    }

    /** The area that both share, 0 if they lie apart. */
    public double overlap(PageBox other) {
        double across = Math.min(x2, other.x2) - Math.max(x1, other.x1);
        double down = Math.min(y2, other.y2) - Math.max(y1, other.y1);
        return across > 0 && down > 0 ? across * down : 0;
    }

    /** What both share / what either covers, 0..1. */
    public double intersectionOverUnion(PageBox other) {
        double shared = overlap(other);
        double both = area() + other.area() - shared;
        return both > 0 ? shared / both : 0;
    }

    /** Whether a point lies in it, on the edge too. */
    public boolean contains(double x, double y) {
        return x >= x1 && x <= x2 && y >= y1 && y <= y2;
    }

    /** Whether the middle of the other lies in it. */
    public boolean holdsMiddleOf(PageBox other) {
        return contains((other.x1 + other.x2) / 2, (other.y1 + other.y2) / 2);
    }

    /** The same, larger by so many points on all sides. */
    public PageBox grown(double points) {
        return new PageBox(x1 - points, y1 - points, x2 + points, y2 + points);
    }
}
