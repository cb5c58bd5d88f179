package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.Shape;
import java.awt.geom.AffineTransform;

/**
 * How letters differ from those of their face. There are far fewer faces to learn from than there are in the world, and an eye learns each by heart: bent ones are
 * others each time. The height of a capital stays.
 *
 * @param width of the letters beside those of the face
 * @param slant to the right for each pixel upwards
 * @param pen what all edges are moved outwards, of the height of a capital; less than 0 makes letters thinner
 */
record Bend(double width, double slant, double pen) {

    /** As the face is. */
    static final Bend NONE = new Bend(1, 0, 0);

    private static final double BENT = 0.6;

    /** Chooses one: faces to choose by and to report on are as they are. */
    static Bend of(Split split, Dice dice) {
        if (split != Split.TRAIN || !dice.chance(BENT)) {
            return NONE;
        }
        return new Bend(
                dice.uniform(0.8, 1.22),
                dice.chance(0.5) ? dice.uniform(-0.12, 0.28) : 0,
                dice.chance(0.5) ? dice.uniform(-0.012, 0.035) : 0);
    }

    /** Bends an outline whose pen and baseline are at 0, downwards; its edges are not moved. */
    Shape bent(Shape outline) {
        return new AffineTransform(width, 0, -slant, 1, 0, 0).createTransformedShape(outline);
    }
}
