package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** A page while it is painted: pixels, and what is known about them. */
final class Sheet {

    /** Something coloured: where, what, the name of its colour and that of its form, each empty if it has none that is known. */
    record Patch(Shape area, CellRole role, String colour, String form) {}

    /** A word on the page. */
    record Word(int number, Box box) {}

    private static final double LARGEST_CAP = 34;

    private final BufferedImage image;
    private final Graphics2D pencil;
    private final Dice dice;
    private final Split split;
    private final Repertoire repertoire;
    private final Spacing spacing;
    private final List<Lettering> faces;
    private final int paper;
    private final double strength;
    private final List<Mark> marks = new ArrayList<>();
    private final List<Patch> patches = new ArrayList<>();
    private final List<Fact> facts = new ArrayList<>();
    private int words;

    /**
     * An empty page.
     *
     * @param faces of the page; mostly the first, at times the last
     */
    Sheet(int width, int height, int paper, Split split, Repertoire repertoire, List<Lettering> faces, Dice dice) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        pencil = image.createGraphics();
        pencil.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        this.paper = paper;
        this.split = split;
        this.repertoire = repertoire;
        this.faces = List.copyOf(faces);
        this.dice = dice;
        spacing = repertoire.spacing(dice);
        strength = dice.chance(0.25) ? dice.uniform(0.7, 1) : 1;
        fill(new Rectangle2D.Double(0, 0, width, height), paper);
    }

    BufferedImage image() {
        return image;
    }

    Dice dice() {
        return dice;
    }

    Split split() {
        return split;
    }

    Repertoire repertoire() {
        return repertoire;
    }

    Spacing spacing() {
        return spacing;
    }

    /** The words of a use that may stand on the page. */
    List<String> words(Words.Use use) {
        return repertoire.words(split, use);
    }

    /** A word of the use, now and then one that was never seen before. */
    String any(Words.Use use, double invented) {
        return repertoire.any(split, use, invented, dice);
    }

    /** A value of one to ten characters. */
    String value() {
        return repertoire.value(split, dice);
    }

    List<Mark> marks() {
        return marks;
    }

    List<Patch> patches() {
        return patches;
    }

    List<Fact> facts() {
        return facts;
    }

    int paper() {
        return paper;
    }

    /** Colour of a pixel, of the nearest one if it lies outside. */
    int pixel(double x, double y) {
        int column = (int) Math.max(0, Math.min(image.getWidth() - 1, x));
        int row = (int) Math.max(0, Math.min(image.getHeight() - 1, y));
        return image.getRGB(column, row) & 0xFFFFFF;
    }

    /** A size of letters, small ones as likely as large ones, at most a limit. */
    double cap(double most) {
        double smallest = repertoire.smallestCap();
        double largest = Math.max(smallest, Math.min(LARGEST_CAP, most));
        // Small letters are more usual than large ones, and large ones are not rare.
        return dice.chance(0.3)
                ? dice.uniform(smallest, largest)
                : smallest * StrictMath.pow(largest / smallest, dice.uniform(0, 1));
    }

    /** Letters of the page's first face, or of the second. */
    Setter setter(double cap, Lettering.Weight weight) {
        return setter(faces.get(dice.chance(0.2) ? faces.size() - 1 : 0), cap, weight);
    }

    /** Letters of any of the page's faces. */
    Setter anySetter(double cap, Lettering.Weight weight) {
        return setter(dice.pick(faces), cap, weight);
    }

    private Setter setter(Lettering face, double cap, Lettering.Weight weight) {
        return new Setter(face, cap, weight, Bend.of(split, dice), spacing, dice);
    }

    void fill(Shape area, int colour) {
        pencil.setColor(new Color(colour));
        pencil.fill(area);
    }

    /** Fills what the ground shows through. */
    void tint(Shape area, int colour, double share) {
        pencil.setColor(new Color((colour >> 16) & 0xFF, (colour >> 8) & 0xFF, colour & 0xFF, (int) (255 * share)));
        pencil.fill(area);
    }

    void outline(Shape area, int colour, double width) {
        pencil.setColor(new Color(colour));
        pencil.setStroke(new BasicStroke((float) width));
        pencil.draw(area);
    }

    /** A line, whole or dashed. */
    void line(double x0, double y0, double x1, double y1, int colour, double width) {
        pencil.setColor(new Color(colour));
        float[] dashes = dice.chance(0.3) ? new float[] {(float) dice.uniform(1, 6), (float) dice.uniform(2, 5)} : null;
        pencil.setStroke(new BasicStroke(
                (float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, dashes == null ? null : dashes, 0));
        pencil.draw(new Line2D.Double(x0, y0, x1, y1));
    }

    Graphics2D pencil() {
        return pencil;
    }

    /** Notes something coloured. */
    void shows(Shape area, CellRole role, String colour) {
        shows(area, role, colour, "");
    }

    /** Notes something coloured whose form has a name. */
    void shows(Shape area, CellRole role, String colour, String form) {
        patches.add(new Patch(area, role, colour, form));
    }

    void add(Fact fact) {
        facts.add(fact);
    }

    /** Writes a word, or several with blanks between, in an ink that fits its ground. */
    Word write(Setter setter, String text, double left, double middleY, CellRole role, String key) {
        return write(setter, text, left, middleY, Shades.ink(pixel(left, middleY), dice), role, key);
    }

    Word write(Setter setter, String text, double left, double middleY, int ink, CellRole role, String key) {
        Setter.Line line = setter.set(image, text, left, middleY, ink, strength);
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != ' ') {
                marks.add(new Mark(text.charAt(i), line.middles()[i], middleY, words, i, role, key));
            }
        }
        return new Word(words++, line.box());
    }
}
