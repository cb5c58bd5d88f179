package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.Shape;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Coloured plates with a code or word on each; no two of one colour, and now and then one of a colour without a known name. */
final class SignsPainter {

    private static final int TRIES = 40;
    private static final int MOST = 7;
    private static final int GAP = 7;

    private final Sheet sheet;
    private final Dice dice;
    private final List<Box> plates = new ArrayList<>();

    SignsPainter(Sheet sheet) {
        this.sheet = sheet;
        dice = sheet.dice();
    }

    void paint(Box area) {
        List<String> colours = new ArrayList<>(Shades.NAMES);
        dice.shuffle(colours);
        String plate = dice.pick(sheet.words(Words.Use.PLATE));
        Set<String> there = new TreeSet<>();
        for (int i = dice.between(2, MOST); i > 0; i--) {
            place(area, colours.get(i), plate, there);
        }
        if (dice.chance(0.25)) {
            place(area, "", plate, there);
        }
        colours.removeAll(there);
        sheet.add(Fact.absent(Fact.Kind.SIGN, Map.of("colour", dice.pick(colours), "plate", plate)));
    }

    private void place(Box area, String colour, String plate, Set<String> there) {
        for (int i = 0; i < TRIES; i++) {
            Setter setter =
                    sheet.setter(sheet.cap(30), dice.chance(0.5) ? Lettering.Weight.BOLD : Lettering.Weight.PLAIN);
            String text = text();
            int width = setter.width(text) + (int) (setter.cap() * dice.uniform(0.8, 2));
            int height = (int) (setter.cap() * dice.uniform(1.7, 2.6));
            int roomX = area.right() - area.left() - width;
            int roomY = area.bottom() - area.top() - height;
            if (!setter.draws(text) || roomX < 1 || roomY < 1) {
                continue;
            }
            int left = area.left() + dice.below(roomX);
            int top = area.top() + dice.below(roomY);
            Box box = new Box(left, top, left + width, top + height);
            if (plates.stream().anyMatch(other -> near(other, box))) {
                continue;
            }
            plates.add(box);
            paint(box, text, setter, colour, plate);
            there.add(colour);
            return;
        }
    }

    private static boolean near(Box other, Box box) {
        return new Box(box.left() - GAP, box.top() - GAP, box.right() + GAP, box.bottom() + GAP).touches(other);
    }

    private String text() {
        return dice.chance(0.6) ? Words.code(dice) : sheet.value();
    }

    private void paint(Box box, String text, Setter setter, String colour, String plate) {
        double round = dice.chance(0.5) ? dice.uniform(2, 14) : 0;
        Shape area = new RoundRectangle2D.Double(
                box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top(), round, round);
        int shade = colour.isEmpty() ? Shades.unnamed(sheet.split(), dice) : Shades.of(colour, dice);
        sheet.fill(area, shade);
        if (dice.chance(0.3)) {
            sheet.outline(area, Shades.ink(shade, dice), dice.uniform(0.8, 2.5));
        }
        sheet.shows(area, CellRole.PLATE, colour);
        double left = box.left() + (box.right() - box.left() - setter.width(text)) / 2.0;
        Sheet.Word word = sheet.write(
                setter, text, left, (box.top() + box.bottom()) / 2.0, Shades.ink(shade, dice), CellRole.VALUE, colour);
        if (!colour.isEmpty()) {
            sheet.add(Fact.answered(
                    Fact.Kind.SIGN,
                    Map.of("colour", colour, "plate", plate),
                    text,
                    List.of(box),
                    List.of(word.number())));
        }
    }
}
