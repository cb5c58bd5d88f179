package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.HashMap;
import java.util.Map;

/** Sets words in one face, size and weight: glyphs are rastered once for each quarter of a pixel. For one page. */
final class Setter {

    /** The ink of a glyph: coverage of each pixel, the first at left and top of the pen's pixel. */
    private record Ink(int left, int top, int width, int height, byte[] cover) {}

    /** A word that was set: its ink and the middle of each character. */
    record Line(Box box, double[] middles) {}

    private static final int PHASES = 4;
    private static final double BLANK = 0.36;

    private final Lettering face;
    private final double cap;
    private final Lettering.Weight weight;
    private final Bend bend;
    private final Spacing spacing;
    private final double tracking;
    private final int phases;
    private final Map<Integer, Ink> inks = new HashMap<>();
    private final Map<Character, Double> advances = new HashMap<>();

    /** Chooses how loosely letters stand, and whether they stand on whole pixels as screens set them. */
    Setter(Lettering face, double cap, Lettering.Weight weight, Bend bend, Spacing spacing, Dice dice) {
        this.face = face;
        this.cap = cap;
        this.weight = weight;
        this.bend = bend;
        this.spacing = spacing;
        tracking = dice.chance(0.3) ? cap * dice.uniform(-0.015, 0.1) : 0;
        phases = dice.chance(0.4) ? 1 : PHASES;
    }

    /** Height of a capital in pixels. */
    double cap() {
        return cap;
    }

    /** The outline of a character, its pen and baseline at 0. */
    Shape outline(char character) {
        return bend.bent(face.outline(character, cap, weight));
    }

    /** Whether the face has all characters; blanks need none. */
    boolean draws(String text) {
        return text.chars().allMatch(character -> character == ' ' || face.draws((char) character));
    }

    /** From the first pen to the last, in pixels. */
    int width(String text) {
        double width = text.length() * spread(text);
        for (int i = 0; i < text.length(); i++) {
            width += advance(text.charAt(i));
        }
        return (int) Math.ceil(width);
    }

    private double spread(String text) {
        double[] centres = new double[text.length()];
        double pen = 0;
        for (int i = 0; i < centres.length; i++) {
            double advance = advance(text.charAt(i));
            centres[i] = pen + advance / 2;
            pen += advance;
        }
        return spacing.spread(centres);
    }

    private double advance(char character) {
        return tracking + advances.computeIfAbsent(character, this::measured);
    }

    // What the face does not have is as wide as it is high: asked before it is known whether the text can be written.
    private double measured(char character) {
        if (character == ' ') {
            return BLANK * cap;
        }
        return face.draws(character) ? bend.width() * face.advance(character, cap, weight) : cap;
    }

    /** Sets a word with its pen at {@code left} and the middle of a capital at {@code middleY}. */
    Line set(BufferedImage image, String text, double left, double middleY, int colour, double strength) {
        int baseline = (int) Math.rint(middleY + cap / 2);
        double[] middles = new double[text.length()];
        Box box = null;
        double spread = spread(text);
        double pen = left;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            middles[i] = pen + advance(character) / 2;
            if (character != ' ') {
                int step = (int) Math.rint(pen * phases);
                int phase = Math.floorMod(step, phases);
                Ink ink = inks.computeIfAbsent(character * PHASES + phase, key -> raster(character, phase));
                int x = Math.floorDiv(step, phases) + ink.left();
                int y = baseline + ink.top();
                stamp(image, ink, x, y, colour, strength);
                middles[i] = x + ink.width() / 2.0;
                Box inked = new Box(x, y, x + ink.width(), y + ink.height());
                box = box == null ? inked : box.union(inked);
            }
            pen += advance(character) + spread;
        }
        if (box == null) {
            throw new IllegalArgumentException("There is nothing to write");
        }
        return new Line(box, middles);
    }

    private Ink raster(char character, int phase) {
        Shape outline = outline(character);
        Rectangle2D bounds = outline.getBounds2D();
        double shift = (double) phase / phases;
        double edge = Math.max(0, bend.pen() * cap);
        int left = (int) Math.floor(bounds.getMinX() + shift - edge);
        int top = (int) Math.floor(bounds.getMinY() - edge);
        int width = Math.max(1, (int) Math.ceil(bounds.getMaxX() + shift + edge) - left);
        int height = Math.max(1, (int) Math.ceil(bounds.getMaxY() + edge) - top);
        BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D pencil = mask.createGraphics();
        pencil.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pencil.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        pencil.setColor(Color.BLACK);
        Shape placed = AffineTransform.getTranslateInstance(shift - left, -top).createTransformedShape(outline);
        pencil.fill(placed);
        if (bend.pen() != 0) {
            // A line along the edge lies half outside of it: drawn, letters grow; taken away, they shrink.
            pencil.setStroke(new BasicStroke((float) (2 * Math.abs(bend.pen()) * cap)));
            pencil.setComposite(bend.pen() > 0 ? AlphaComposite.SrcOver : AlphaComposite.DstOut);
            pencil.draw(placed);
        }
        pencil.dispose();
        byte[] cover = new byte[width * height];
        for (int i = 0; i < cover.length; i++) {
            cover[i] = (byte) (mask.getRGB(i % width, i / width) >>> 24);
        }
        return new Ink(left, top, width, height, cover);
    }

    private static void stamp(BufferedImage image, Ink ink, int left, int top, int colour, double strength) {
        for (int i = 0; i < ink.cover().length; i++) {
            int x = left + i % ink.width();
            int y = top + i / ink.width();
            int cover = ink.cover()[i] & 0xFF;
            if (cover > 0 && x >= 0 && y >= 0 && x < image.getWidth() && y < image.getHeight()) {
                image.setRGB(x, y, Shades.mix(image.getRGB(x, y), colour, strength * cover / 255));
            }
        }
    }
}
