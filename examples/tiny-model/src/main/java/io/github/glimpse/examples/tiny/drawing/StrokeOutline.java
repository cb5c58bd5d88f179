package io.github.glimpse.examples.tiny.drawing;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.util.List;

/** The own faces as outlines, for pages that are painted by Java2D where no font is at hand. Safe for concurrent use. */
public final class StrokeOutline {

    private static final double CAP = 20;
    private static final double BOLD = 1.4;
    private static final float MITRE = 4;

    private final Face face;

    private StrokeOutline(Face face) {
        this.face = face;
    }

    /** The faces of a pool. */
    public static List<StrokeOutline> of(FacePool pool) {
        return Face.of(pool).stream().map(StrokeOutline::new).toList();
    }

    /** Name of the face. */
    public String name() {
        return face.name();
    }

    /** Whether the face has the character. */
    public static boolean draws(char character) {
        return Vocabulary.DRAWN.indexOf(character) >= 0;
    }

    /** The outline of a character, its pen at 0 and the baseline at 0, downwards; overlapping parts wind the same way. */
    public Shape shape(char character, double cap, Weight weight) {
        double radius = radius(cap, weight);
        double unit = unit(cap, radius);
        boolean round = face.ends() == Face.Ends.ROUND;
        BasicStroke pen = new BasicStroke(
                (float) (2 * radius),
                round ? BasicStroke.CAP_ROUND : BasicStroke.CAP_SQUARE,
                round ? BasicStroke.JOIN_ROUND : BasicStroke.JOIN_MITER,
                MITRE);
        Path2D outline = new Path2D.Double(Path2D.WIND_NON_ZERO);
        for (Strokes.Piece piece : Strokes.of(character, face).pieces()) {
            double up0 = radius + piece.y0() * unit;
            double up1 = radius + piece.y1() * unit;
            Line2D line = new Line2D.Double(
                    radius + piece.x0() * unit * face.width() + face.slant() * up0,
                    -up0,
                    radius + piece.x1() * unit * face.width() + face.slant() * up1,
                    -up1);
            outline.append(pen.createStrokedShape(line), false);
        }
        return outline;
    }

    /** How far the pen goes on behind a character. */
    public double advance(char character, double cap, Weight weight) {
        double radius = radius(cap, weight);
        double width = Strokes.of(character, face).width() * face.width();
        return (width + Math.max(face.spacing(), 1.5) + face.serif()) * unit(cap, radius) + 2 * radius;
    }

    private double radius(double cap, Weight weight) {
        return face.weight() * cap / 2 * (weight == Weight.BOLD ? BOLD : 1);
    }

    private static double unit(double cap, double radius) {
        return (cap - 2 * radius) / CAP;
    }

    /** How heavy the pen is. */
    public enum Weight {
        /** As the face is. */
        PLAIN,
        /** Heavier. */
        BOLD
    }
}
