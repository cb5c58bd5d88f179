package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** Lines full of words, codes and values, some on coloured bands; nothing is asked about them. */
final class TextPainter {

    private static final String ALL =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + ".,:;-/$%()#+*=&@!?'\"<>_";

    private final Sheet sheet;
    private final Dice dice;

    TextPainter(Sheet sheet) {
        this.sheet = sheet;
        dice = sheet.dice();
    }

    void paint(Box area) {
        Setter plain = sheet.setter(sheet.cap(34), Lettering.Weight.PLAIN);
        double y = area.top() + plain.cap() * 0.8;
        while (y + plain.cap() * 0.8 < area.bottom()) {
            Setter setter = dice.chance(0.35)
                    ? sheet.setter(plain.cap(), dice.chance(0.5) ? Lettering.Weight.BOLD : Lettering.Weight.PLAIN)
                    : plain;
            if (dice.chance(0.15)) {
                band(area, y, plain.cap());
            }
            line(setter, area, y);
            y += Math.max(sheet.spacing().leastPitch(), plain.cap() * dice.uniform(1.5, 2.2));
        }
    }

    /** Pieces of lines, each in a face, size, ink and ground of its own: a page of many looks teaches more than one of a single look. */
    void paintSpecimens(Box area) {
        double y = area.top();
        // Large letters are few on a page, so some pages have no others.
        boolean large = dice.chance(0.2);
        while (true) {
            double cap = large ? dice.uniform(22, 38) : sheet.cap(34);
            double height = Math.max(sheet.spacing().leastPitch(), cap * dice.uniform(1.4, 2.2));
            if (y + height > area.bottom()) {
                return;
            }
            int left = area.left();
            while (left < area.right()) {
                int right = Math.min(area.right(), left + (int) (cap * dice.uniform(5, 14)));
                if (dice.chance(0.6)) {
                    sheet.fill(new Rectangle2D.Double(left, y, right - (double) left, height), ground());
                }
                Lettering.Weight weight = dice.chance(0.3) ? Lettering.Weight.BOLD : Lettering.Weight.PLAIN;
                Box piece = new Box(left, (int) y, right, (int) (y + height));
                line(sheet.anySetter(cap, weight), piece, y + height / 2);
                left = right;
            }
            y += height;
        }
    }

    private int ground() {
        return switch (dice.below(4)) {
            case 0 -> Shades.any(dice);
            case 1 -> Shades.of(dice.pick(Shades.NAMES), dice);
            default -> Shades.paper(dice.chance(0.4), dice);
        };
    }

    private void band(Box area, double y, double cap) {
        boolean named = dice.chance(0.7);
        String colour = dice.pick(Shades.NAMES);
        Rectangle2D band =
                new Rectangle2D.Double(area.left(), y - cap * 0.75, area.right() - (double) area.left(), cap * 1.5);
        sheet.fill(band, named ? Shades.of(colour, dice) : Shades.any(dice));
        sheet.shows(band, CellRole.PLATE, named ? colour : "");
    }

    private void line(Setter setter, Box area, double y) {
        double x = area.left() + dice.uniform(0, setter.cap());
        int ink = Shades.ink(sheet.pixel(x, y), dice);
        while (true) {
            String text = word();
            double width = setter.width(text);
            if (x + width > area.right()) {
                return;
            }
            if (setter.draws(text) && sheet.repertoire().tells(text)) {
                sheet.write(setter, text, x, y, ink, CellRole.TEXT, "");
                x += width;
            }
            x += setter.cap() * dice.uniform(0.3, 1.1);
        }
    }

    private String word() {
        return switch (dice.below(8)) {
            case 0 -> Words.cased(dice.pick(sheet.words(Words.Use.KEY)), dice);
            case 1, 2 -> Words.cased(Words.syllables(dice.between(2, 9), dice), dice);
            case 3 -> Words.syllables(dice.between(2, 6), dice).toUpperCase(Locale.ROOT);
            case 4, 5 -> sheet.value();
            default -> any(dice.between(1, 7));
        };
    }

    // Each character as often as any other, so that the rare ones are learned too.
    private String any(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(dice.pick(ALL));
        }
        return text.toString();
    }
}
