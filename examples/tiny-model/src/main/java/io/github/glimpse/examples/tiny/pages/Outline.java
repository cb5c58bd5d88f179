package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Forms: those with a name that is known, and others that are drawn so that the model learns to say that it does not know. */
enum Outline {
    CIRCLE(true),
    SQUARE(true),
    TRIANGLE(true),
    DIAMOND(true),
    STAR(true),
    CROSS(true),
    HEXAGON(false),
    HEART(false),
    MOON(false),
    ARROW(false),
    RING(false),
    /** Another one each time. */
    IRREGULAR(false);

    /** Those with a name that is asked and answered. */
    static final List<Outline> KNOWN =
            Stream.of(values()).filter(Outline::known).toList();

    private static final List<Outline> TRAINED_UNKNOWN = List.of(HEXAGON, HEART, MOON, IRREGULAR, IRREGULAR, IRREGULAR);
    private static final List<Outline> KEPT_UNKNOWN = List.of(ARROW, RING);

    private final boolean known;

    Outline(boolean known) {
        this.known = known;
    }

    /** Those whose name is asked for in vain: other ones in training than elsewhere. */
    static List<Outline> unknown(Split split) {
        return split == Split.TRAIN ? TRAINED_UNKNOWN : KEPT_UNKNOWN;
    }

    boolean known() {
        return known;
    }

    /** Whether a question can call it by a name, known or not. */
    boolean named() {
        return this != IRREGULAR;
    }

    /** As a question calls it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The form around a middle, turned; it stays within the radius. */
    Shape at(double x, double y, double radius, double turn, Dice dice) {
        AffineTransform place = AffineTransform.getTranslateInstance(x, y);
        place.rotate(turn);
        place.scale(radius, radius);
        return place.createTransformedShape(unit(dice));
    }

    private Shape unit(Dice dice) {
        return switch (this) {
            case CIRCLE -> new Ellipse2D.Double(-1, -1, 2, 2);
            case SQUARE -> path(-0.7, -0.7, 0.7, -0.7, 0.7, 0.7, -0.7, 0.7);
            case TRIANGLE -> path(0, -1, 0.87, 0.5, -0.87, 0.5);
            case DIAMOND -> path(0, -1, 0.65, 0, 0, 1, -0.65, 0);
            case STAR -> star(5, 0.42);
            case CROSS ->
                path(
                        -0.3, -0.95, 0.3, -0.95, 0.3, -0.3, 0.95, -0.3, 0.95, 0.3, 0.3, 0.3, 0.3, 0.95, -0.3, 0.95,
                        -0.3, 0.3, -0.95, 0.3, -0.95, -0.3, -0.3, -0.3);
            case HEXAGON -> path(1, 0, 0.5, 0.87, -0.5, 0.87, -1, 0, -0.5, -0.87, 0.5, -0.87);
            case HEART -> heart();
            case MOON -> without(new Ellipse2D.Double(-1, -1, 2, 2), new Ellipse2D.Double(-0.4, -0.9, 1.7, 1.7));
            case ARROW -> path(-0.95, -0.2, 0.15, -0.2, 0.15, -0.6, 0.95, 0, 0.15, 0.6, 0.15, 0.2, -0.95, 0.2);
            case RING -> without(new Ellipse2D.Double(-1, -1, 2, 2), new Ellipse2D.Double(-0.6, -0.6, 1.2, 1.2));
            case IRREGULAR -> irregular(dice);
        };
    }

    private static Shape without(Shape whole, Shape hole) {
        Area area = new Area(whole);
        area.subtract(new Area(hole));
        return area;
    }

    private static Shape heart() {
        Path2D path = new Path2D.Double();
        path.moveTo(0, 0.95);
        path.curveTo(-1.3, 0, -0.95, -0.95, -0.45, -0.85);
        path.curveTo(-0.2, -0.85, 0, -0.6, 0, -0.45);
        path.curveTo(0, -0.6, 0.2, -0.85, 0.45, -0.85);
        path.curveTo(0.95, -0.95, 1.3, 0, 0, 0.95);
        path.closePath();
        return path;
    }

    private static Shape star(int points, double inner) {
        double[] radii = new double[2 * points];
        for (int i = 0; i < radii.length; i++) {
            radii[i] = i % 2 == 0 ? 1 : inner;
        }
        return around(radii);
    }

    private static Shape hollow(int corners, double inner) {
        double[] radii = new double[corners];
        Arrays.fill(radii, 1);
        Shape whole = around(radii);
        return without(whole, AffineTransform.getScaleInstance(inner, inner).createTransformedShape(whole));
    }

    /** Corners at equal angles, the first above. */
    private static Shape around(double... radii) {
        double[] corners = new double[2 * radii.length];
        for (int i = 0; i < radii.length; i++) {
            corners[2 * i] = radii[i] * StrictMath.sin(2 * Math.PI * i / radii.length);
            corners[2 * i + 1] = -radii[i] * StrictMath.cos(2 * Math.PI * i / radii.length);
        }
        return path(corners);
    }

    /** None that has a known name: corners as chance has them, stars of other numbers, parts of a disc, what is flat, bent or hollow. */
    private static Shape irregular(Dice dice) {
        double flat = dice.uniform(0.25, 0.5);
        return switch (dice.below(12)) {
            case 0 -> new Arc2D.Double(-1, -1, 2, 2, dice.uniform(0, 360), dice.uniform(80, 290), Arc2D.PIE);
            case 1 -> star(dice.pick(List.of(4, 6, 7, 8)), dice.uniform(0.3, 0.6));
            case 2 -> new Ellipse2D.Double(-1, -flat, 2, 2 * flat);
            case 3 -> path(-0.85, -flat, 0.85, -flat, 0.85, flat, -0.85, flat);
            case 4 -> around(1, 1, 1, 1, 1);
            case 5 -> path(-0.95, -flat, 0.4, -flat, 0.95, flat, -0.4, flat);
            case 6 -> path(-0.8, -0.8, flat - 0.8, -0.8, flat - 0.8, 0.8 - flat, 0.8, 0.8 - flat, 0.8, 0.8, -0.8, 0.8);
            case 7 -> hollow(dice.between(3, 6), 1 - flat);
            case 8 ->
                without(
                        new Ellipse2D.Double(-1, -2 * flat, 2, 4 * flat),
                        new Ellipse2D.Double(-0.6, -flat, 1.2, 2 * flat));
            case 9, 10 -> joined(dice);
            default -> {
                double[] radii = new double[dice.between(4, 9)];
                for (int i = 0; i < radii.length; i++) {
                    radii[i] = i == 0 ? 1 : i == 1 ? 0.45 : dice.uniform(0.4, 1);
                }
                yield around(radii);
            }
        };
    }

    /** Two known forms that overlap, one at each end. */
    private static Shape joined(Dice dice) {
        Area whole = new Area(dice.pick(KNOWN).at(-0.45, 0, 0.55, dice.uniform(0, 2 * Math.PI), dice));
        whole.add(new Area(dice.pick(KNOWN).at(0.4, 0, dice.uniform(0.35, 0.6), dice.uniform(0, 2 * Math.PI), dice)));
        return whole;
    }

    private static Shape path(double... corners) {
        Path2D path = new Path2D.Double();
        path.moveTo(corners[0], corners[1]);
        for (int i = 2; i < corners.length; i += 2) {
            path.lineTo(corners[i], corners[i + 1]);
        }
        path.closePath();
        return path;
    }
}
