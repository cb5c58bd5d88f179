package io.github.glimpse.examples.tiny.drawing;

import java.util.Locale;

/** The shapes of a scene. */
enum ShapeKind {
    CIRCLE("circles"),
    SQUARE("squares"),
    TRIANGLE("triangles"),
    DIAMOND("diamonds"),
    STAR("stars"),
    CROSS("crosses");

    private static final double THIRD = 0.34;
    private static final double[] CROSS_CORNERS = {
        -THIRD, -1, THIRD, -1, THIRD, -THIRD, 1, -THIRD, 1, THIRD, THIRD, THIRD, THIRD, 1, -THIRD, 1, -THIRD, THIRD, -1,
        THIRD, -1, -THIRD, -THIRD, -THIRD
    };

    private final String plural;

    ShapeKind(String plural) {
        this.plural = plural;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String plural() {
        return plural;
    }

    /** The outline in a circle, turned a little. */
    Polygon at(double x, double y, double radius, double turn) {
        return switch (this) {
            case CIRCLE -> Polygon.circle(x, y, radius * 0.92);
            case SQUARE -> Polygon.shape(x, y, radius * 0.8, turn, -1, -1, 1, -1, 1, 1, -1, 1);
            case TRIANGLE -> Polygon.shape(x, y, radius, turn, 0, -1, 0.92, 0.66, -0.92, 0.66);
            case DIAMOND -> Polygon.shape(x, y, radius, turn, 0, -1, 0.68, 0, 0, 1, -0.68, 0);
            case STAR -> Polygon.around(x, y, 10, turn - Math.PI / 2, radius, radius * 0.42);
            case CROSS -> Polygon.shape(x, y, radius * 0.88, turn, CROSS_CORNERS);
        };
    }
}
