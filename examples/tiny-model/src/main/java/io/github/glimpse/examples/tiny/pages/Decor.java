package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;
import java.util.Map;

/** What stands around the facts of a form or table: heading, bands, frames, logos, lines, and stamps over all of it. */
final class Decor {

    private static final List<String> STAMPS = List.of("PAID", "COPY", "VOID", "DRAFT", "SENT", "OK");

    private Decor() {}

    /** Paints a frame, a logo, a band and a heading as it comes; gives back where the rest begins. */
    static int around(Sheet sheet, Box area, Setter bold) {
        Dice dice = sheet.dice();
        double width = area.right() - area.left();
        if (dice.chance(0.25)) {
            frame(sheet, area);
        }
        double top = area.top() + 3;
        if (dice.chance(0.2)) {
            top = logo(sheet, area, top);
        }
        double line = bold.cap() * 2;
        boolean band = dice.chance(0.35);
        if (dice.chance(0.55)) {
            String text = Words.cased(sheet.any(Words.Use.HEADING, 0.2), dice);
            if (bold.draws(text) && bold.width(text) < width && top + line < area.bottom()) {
                if (band) {
                    band(sheet, area, top, line);
                }
                double left = dice.chance(0.5) ? area.left() : area.left() + (width - bold.width(text)) / 2;
                Sheet.Word word = sheet.write(bold, text, left, top + line / 2, CellRole.TEXT, "");
                sheet.add(
                        Fact.answered(Fact.Kind.HEADING, Map.of(), text, List.of(word.box()), List.of(word.number())));
                top += line + 2;
            }
        } else if (band) {
            // An empty band, as thin as a rule or as high as a line of writing.
            double height = dice.uniform(6, 34);
            band(sheet, area, top, height);
            top += height + 3;
        }
        if (dice.chance(0.2)) {
            int under = sheet.pixel(area.left(), top);
            sheet.line(area.left(), top + 1, area.right(), top + 1, Shades.ink(under, dice), dice.uniform(0.6, 3));
            top += 4;
        }
        return (int) Math.ceil(top);
    }

    private static void band(Sheet sheet, Box area, double top, double height) {
        Dice dice = sheet.dice();
        String name = dice.pick(Shades.NAMES);
        boolean named = dice.chance(0.6);
        Shape band = new Rectangle2D.Double(area.left() - 4.0, top, area.right() - area.left() + 8.0, height);
        sheet.fill(band, named ? Shades.of(name, dice) : Shades.any(dice));
        sheet.shows(band, CellRole.PLATE, named ? name : "");
    }

    private static void frame(Sheet sheet, Box area) {
        Dice dice = sheet.dice();
        double margin = dice.uniform(3, 6);
        double round = dice.chance(0.4) ? dice.uniform(4, 18) : 0;
        int under = sheet.pixel(area.left(), area.top());
        int colour = dice.chance(0.6) ? Shades.ink(under, dice) : Shades.any(dice);
        sheet.outline(
                new RoundRectangle2D.Double(
                        area.left() - margin,
                        area.top() - margin,
                        area.right() - area.left() + 2 * margin,
                        area.bottom() - area.top() + 2 * margin,
                        round,
                        round),
                colour,
                dice.uniform(0.8, 4));
    }

    private static double logo(Sheet sheet, Box area, double top) {
        Dice dice = sheet.dice();
        double size = dice.uniform(18, 52);
        if (top + size + 60 > area.bottom() || size > area.right() - area.left()) {
            return top;
        }
        double left = dice.chance(0.5) ? area.left() : area.right() - size;
        Shape disc = dice.chance(0.6)
                ? new Ellipse2D.Double(left, top, size, size)
                : new RoundRectangle2D.Double(left, top, size, size, size / 3, size / 3);
        int colour = Shades.any(dice);
        sheet.fill(disc, colour);
        if (dice.chance(0.6)) {
            Setter setter = sheet.setter(size * 0.4, Lettering.Weight.BOLD);
            String letter = "" + dice.pick("ABCDEFGHKLMNPRSTUVWXYZ");
            sheet.write(setter, letter, left + (size - setter.width(letter)) / 2, top + size / 2, CellRole.TEXT, "");
        }
        return top + size + 4;
    }

    /** A stamp: words in a turned frame, so faint that what is below can still be read. */
    static void stamp(Sheet sheet, Box area) {
        Dice dice = sheet.dice();
        double cap = dice.uniform(14, 40);
        Setter setter = sheet.setter(cap, Lettering.Weight.BOLD);
        String text = dice.pick(STAMPS);
        double width = setter.width(text) + cap;
        double x = dice.uniform(area.left(), Math.max(area.left() + 1.0, area.right() - width));
        double y = dice.uniform(area.top() + cap, Math.max(area.top() + cap + 1, area.bottom() - cap));
        AffineTransform turn = AffineTransform.getRotateInstance(dice.uniform(-0.5, 0.5), x + width / 2, y);
        int colour = Shades.of(dice.pick(List.of("red", "blue", "green", "purple")), dice);
        double share = dice.uniform(0.15, 0.45);
        Shape frame = dice.chance(0.7)
                ? new RoundRectangle2D.Double(x, y - cap, width, 2 * cap, cap / 2, cap / 2)
                : new Ellipse2D.Double(x, y - width / 2, width, width);
        sheet.tint(
                turn.createTransformedShape(
                        new java.awt.BasicStroke((float) dice.uniform(1.5, 4)).createStrokedShape(frame)),
                colour,
                share);
        double pen = x + cap / 2;
        for (int i = 0; i < text.length(); i++) {
            AffineTransform place = new AffineTransform(turn);
            place.translate(pen, y + cap / 2);
            sheet.tint(place.createTransformedShape(setter.outline(text.charAt(i))), colour, share);
            pen += setter.width(text.substring(i, i + 1));
        }
    }
}
