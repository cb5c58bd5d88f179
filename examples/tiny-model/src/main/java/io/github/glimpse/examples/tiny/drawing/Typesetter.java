package io.github.glimpse.examples.tiny.drawing;

import java.util.HashMap;
import java.util.Map;

/** Sets words in one face and size. Spreads a word where more than three characters would fall into a cell. */
final class Typesetter {

    private static final double TRACKING_STEP = 0.25;

    private final Pen pen;
    private final double cap;
    private final Map<Character, Glyph> glyphs = new HashMap<>();

    Typesetter(Face face, double cap, Dice dice) {
        this.cap = cap;
        pen = new Pen(face, cap, dice.uniform(0, 1), dice.uniform(0, 1));
    }

    /** Height of a capital, in pixels. */
    double cap() {
        return cap;
    }

    /** From the left edge of the first ink to the right edge of the last, in pixels. */
    int width(String text) {
        double[] pens = pens(text);
        int last = text.length() - 1;
        Glyph end = glyph(text.charAt(last));
        return (int) Math.rint(pens[last])
                + end.left()
                + end.width()
                - (int) Math.rint(pens[0])
                - glyph(text.charAt(0)).left();
    }

    /** Writes so that the first ink stands at {@code left} and the middle of a capital at {@code centreY}. */
    PlacedText write(Canvas canvas, String text, int left, int centreY, int colour, int strength) {
        double[] pens = pens(text);
        int start = left - (int) Math.rint(pens[0]) - glyph(text.charAt(0)).left();
        int baseline = centreY + (int) Math.rint(cap / 2);
        double[] centres = new double[text.length()];
        Box box = null;
        for (int i = 0; i < text.length(); i++) {
            Glyph glyph = glyph(text.charAt(i));
            int place = start + (int) Math.rint(pens[i]);
            int x = place + glyph.left();
            int y = baseline + glyph.top();
            canvas.stamp(glyph, x, y, colour, strength);
            centres[i] = place + glyph.centre();
            Box ink = new Box(x, y, x + glyph.width(), y + glyph.height());
            box = box == null ? ink : box.union(ink);
        }
        if (box == null) {
            throw new IllegalArgumentException("There is nothing to write");
        }
        return new PlacedText(text, box, centres, centreY);
    }

    // Where the pen stands for each character; the rounding does not break the distance that is kept.
    private double[] pens(String text) {
        double[] pens = new double[text.length()];
        for (double tracking = 0; ; tracking += TRACKING_STEP) {
            double at = 0;
            for (int i = 0; i < pens.length; i++) {
                pens[i] = at;
                at += glyph(text.charAt(i)).advance() + tracking;
            }
            if (loose(text, pens)) {
                return pens;
            }
        }
    }

    private boolean loose(String text, double[] pens) {
        for (int i = 0; i + CellLabels.SLOTS < pens.length; i++) {
            int after = i + CellLabels.SLOTS;
            double first = Math.rint(pens[i]) + glyph(text.charAt(i)).centre();
            double fourth = Math.rint(pens[after]) + glyph(text.charAt(after)).centre();
            if (fourth - first < PageSize.CELL) {
                return false;
            }
        }
        return true;
    }

    private Glyph glyph(char character) {
        Glyph glyph = glyphs.get(character);
        if (glyph == null) {
            glyph = pen.draw(character);
            glyphs.put(character, glyph);
        }
        return glyph;
    }
}
