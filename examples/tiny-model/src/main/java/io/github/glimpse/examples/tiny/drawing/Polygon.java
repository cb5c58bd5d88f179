package io.github.glimpse.examples.tiny.drawing;

/**
 * A filled outline that does not cross itself.
 *
 * @param x of the corners, in pixels
 * @param y of the corners, in pixels, downwards
 */
record Polygon(double[] x, double[] y) {

    private static final int ROUND_CORNERS = 48;
    private static final int ARC_CORNERS = 5;

    /** A polygon of equal angles around a centre; the radii are used in turn. */
    static Polygon around(double centreX, double centreY, int corners, double turn, double... radii) {
        double[] x = new double[corners];
        double[] y = new double[corners];
        for (int i = 0; i < corners; i++) {
            double angle = turn + 2 * Math.PI * i / corners;
            double radius = radii[i % radii.length];
            x[i] = centreX + radius * StrictMath.cos(angle);
            y[i] = centreY + radius * StrictMath.sin(angle);
        }
        return new Polygon(x, y);
    }

    static Polygon circle(double centreX, double centreY, double radius) {
        return around(centreX, centreY, ROUND_CORNERS, 0, radius);
    }

    static Polygon rectangle(double left, double top, double right, double bottom) {
        return new Polygon(new double[] {left, right, right, left}, new double[] {top, top, bottom, bottom});
    }

    /** A rectangle with round corners. */
    static Polygon rounded(double left, double top, double right, double bottom, double radius) {
        if (radius <= 0) {
            return rectangle(left, top, right, bottom);
        }
        double[] x = new double[4 * ARC_CORNERS];
        double[] y = new double[4 * ARC_CORNERS];
        for (int corner = 0; corner < 4; corner++) {
            double centreX = corner == 0 || corner == 3 ? right - radius : left + radius;
            double centreY = corner < 2 ? bottom - radius : top + radius;
            for (int i = 0; i < ARC_CORNERS; i++) {
                double angle = Math.PI / 2 * (corner + i / (ARC_CORNERS - 1.0));
                x[corner * ARC_CORNERS + i] = centreX + radius * StrictMath.cos(angle);
                y[corner * ARC_CORNERS + i] = centreY + radius * StrictMath.sin(angle);
            }
        }
        return new Polygon(x, y);
    }

    /** Corners given around a centre in units of a size, turned. */
    static Polygon shape(double centreX, double centreY, double unit, double turn, double... corners) {
        double[] x = new double[corners.length / 2];
        double[] y = new double[corners.length / 2];
        double cos = StrictMath.cos(turn);
        double sin = StrictMath.sin(turn);
        for (int i = 0; i < x.length; i++) {
            double right = corners[2 * i] * unit;
            double down = corners[2 * i + 1] * unit;
            x[i] = centreX + right * cos - down * sin;
            y[i] = centreY + right * sin + down * cos;
        }
        return new Polygon(x, y);
    }

    /** The pixels that it may touch. */
    Box box() {
        double left = x[0];
        double right = x[0];
        double top = y[0];
        double bottom = y[0];
        for (int i = 1; i < x.length; i++) {
            left = Math.min(left, x[i]);
            right = Math.max(right, x[i]);
            top = Math.min(top, y[i]);
            bottom = Math.max(bottom, y[i]);
        }
        return new Box((int) Math.floor(left), (int) Math.floor(top), (int) Math.ceil(right), (int) Math.ceil(bottom));
    }

    /** Whether a point lies inside. */
    boolean contains(double pointX, double pointY) {
        boolean inside = false;
        for (int i = 0, j = x.length - 1; i < x.length; j = i++) {
            if ((y[i] > pointY) != (y[j] > pointY) && pointX < (x[j] - x[i]) * (pointY - y[i]) / (y[j] - y[i]) + x[i]) {
                inside = !inside;
            }
        }
        return inside;
    }
}
