package io.github.glimpse.documents;

/**
 * What a page looks like, and how that follows from its file. A PDF file counts from the lower left corner of a sheet, upwards; the
 * reader sees the crop box of that, turned clockwise. A point is 1/72 inch, or the unit that a sheet larger than 14,400 points names
 * ({@code UserUnit}), in which its annotations are given too.
 *
 * @param width of the page as it is seen, in points, above 0
 * @param height of the page as it is seen, in points, above 0
 * @param rotation how far the sheet is turned clockwise: 0, 90, 180 or 270 degrees
 * @param cropLeft left edge of the crop box on the sheet
 * @param cropBottom lower edge of the crop box on the sheet
 */
public record PageGeometry(double width, double height, int rotation, double cropLeft, double cropBottom) {

    public PageGeometry {
        if (!(width > 0 && width < Float.MAX_VALUE) || !(height > 0 && height < Float.MAX_VALUE)) {
            throw new IllegalArgumentException("A page cannot have " + width + " x " + height + " points");
        }
        if (rotation != 0 && rotation != 90 && rotation != 180 && rotation != 270) {
            throw new IllegalArgumentException(
                    "A page is turned by 0, 90, 180 or 270 degrees, not by " + rotation + " degrees");
        }
    }

    /** A page that is seen as it is: a picture, for instance. */
    public static PageGeometry upright(double width, double height) {
        return new PageGeometry(width, height, 0, 0, 0);
    }

    /** The whole page. */
    public PageBox whole() {
        return new PageBox(0, 0, width, height);
    }

    /** Where a rectangle of the sheet, given by two opposite corners, is seen. */
    public PageBox ofSheet(double x1, double y1, double x2, double y2) {
        double u1 = x1 - cropLeft;
        double v1 = y1 - cropBottom;
        double u2 = x2 - cropLeft;
        double v2 = y2 - cropBottom;
        return switch (rotation) {
            case 90 -> PageBox.ofCorners(v1, u1, v2, u2);
            case 180 -> PageBox.ofCorners(width - u1, v1, width - u2, v2);
            case 270 -> PageBox.ofCorners(width - v1, height - u1, width - v2, height - u2);
            default -> PageBox.ofCorners(u1, height - v1, u2, height - v2);
        };
    }

    /**
     * Where a box lies on the sheet, the other way round from {@link #ofSheet}.
     *
     * @return left, lower, right and upper edge, as PDF files write rectangles
     */
    public double[] toSheet(PageBox box) {
        double[] corners =
                switch (rotation) {
                    case 90 -> new double[] {box.y1(), box.x1(), box.y2(), box.x2()};
                    case 180 -> new double[] {width - box.x2(), box.y1(), width - box.x1(), box.y2()};
                    case 270 -> new double[] {height - box.y2(), width - box.x2(), height - box.y1(), width - box.x1()};
                    default -> new double[] {box.x1(), height - box.y2(), box.x2(), height - box.y1()};
                };
        return new double[] {
            corners[0] + cropLeft, corners[1] + cropBottom, corners[2] + cropLeft, corners[3] + cropBottom
        };
    }

    /** The part of a box that lies on the page, of no size at its edge if it lies beside it. */
    public PageBox clip(PageBox box) {
        return whole().clip(box);
    }
}
