package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Coloured shapes; some of a colour or a form whose name is not known, about which the right answer is that it cannot be told. */
final class ShapesPainter {

    private static final int TRIES = 40;
    private static final int MOST = 8;
    private static final double UNKNOWN_FORM = 0.45;
    private static final double UNKNOWN_COLOUR = 0.25;

    private record Item(Outline form, String colour, Box box) {}

    private final Sheet sheet;
    private final Dice dice;
    private final List<Item> items = new ArrayList<>();

    ShapesPainter(Sheet sheet) {
        this.sheet = sheet;
        dice = sheet.dice();
    }

    void paint(Box area) {
        int side = Math.min(area.right() - area.left(), area.bottom() - area.top());
        for (int i = dice.between(1, MOST); i > 0; i--) {
            place(area, dice.uniform(Math.min(13, side / 4.0), Math.max(14, Math.min(52, side / 4.0))));
        }
        items.forEach(this::tell);
        existence();
    }

    private void place(Box area, double radius) {
        for (int i = 0; i < TRIES; i++) {
            double x = dice.uniform(area.left() + radius, area.right() - radius);
            double y = dice.uniform(area.top() + radius, area.bottom() - radius);
            Box box = new Box(
                    (int) (x - radius), (int) (y - radius), (int) Math.ceil(x + radius), (int) Math.ceil(y + radius));
            if (x + radius > area.right()
                    || y + radius > area.bottom()
                    || items.stream().anyMatch(other -> other.box().touches(box))) {
                continue;
            }
            Outline form =
                    dice.chance(UNKNOWN_FORM) ? dice.pick(Outline.unknown(sheet.split())) : dice.pick(Outline.KNOWN);
            String colour = dice.chance(UNKNOWN_COLOUR) ? "" : dice.pick(Shades.NAMES);
            Shape shape = form.at(
                    x, y, radius, form == Outline.SQUARE ? dice.uniform(-0.2, 0.2) : dice.uniform(-0.3, 0.3), dice);
            int shade = colour.isEmpty() ? Shades.unnamed(sheet.split(), dice) : Shades.of(colour, dice);
            sheet.fill(shape, shade);
            if (dice.chance(0.25)) {
                sheet.outline(shape, Shades.ink(shade, dice), dice.uniform(0.8, 2));
            }
            sheet.shows(shape, CellRole.SHAPE, colour, form.known() ? form.word() : "");
            items.add(new Item(form, colour, box));
            return;
        }
    }

    private void tell(Item item) {
        List<Box> evidence = List.of(item.box());
        String name = item.form().word();
        if (item.form().named() && alone(other -> other.form() == item.form())) {
            sheet.add(
                    item.colour().isEmpty() || !item.form().known()
                            ? Fact.unreadable(Fact.Kind.COLOUR, Map.of("shape", name), evidence)
                            : Fact.answered(
                                    Fact.Kind.COLOUR, Map.of("shape", name), item.colour(), evidence, List.of()));
        }
        if (!item.colour().isEmpty() && alone(other -> other.colour().equals(item.colour()))) {
            sheet.add(
                    item.form().known()
                            ? Fact.answered(Fact.Kind.SHAPE, Map.of("colour", item.colour()), name, evidence, List.of())
                            : Fact.unreadable(Fact.Kind.SHAPE, Map.of("colour", item.colour()), evidence));
        }
        if (item.form().known() && !item.colour().isEmpty()) {
            sheet.add(Fact.answered(
                    Fact.Kind.EXISTS, Map.of("colour", item.colour(), "shape", name), "yes", evidence, List.of()));
        }
    }

    private boolean alone(java.util.function.Predicate<Item> alike) {
        return items.stream().filter(alike).count() == 1;
    }

    /** What is not there, what is asked of something that is not there, and how many there are. */
    private void existence() {
        String colour = dice.pick(Shades.NAMES);
        Outline form = dice.pick(Outline.KNOWN);
        List<Item> alike = items.stream().filter(item -> item.form() == form).toList();
        if (alike.isEmpty()) {
            sheet.add(Fact.absent(Fact.Kind.COLOUR, Map.of("shape", form.word())));
        } else {
            sheet.add(Fact.answered(
                    Fact.Kind.COUNT,
                    Map.of("shape", form.word()),
                    Integer.toString(alike.size()),
                    alike.stream().map(Item::box).toList(),
                    List.of()));
        }
        if (items.stream().noneMatch(item -> item.colour().equals(colour))) {
            sheet.add(Fact.absent(Fact.Kind.SHAPE, Map.of("colour", colour)));
        }
        if (items.stream()
                .noneMatch(item -> item.form() == form
                        && (item.colour().equals(colour) || item.colour().isEmpty()))) {
            List<Box> evidence = items.stream()
                    .filter(item -> item.form() == form || item.colour().equals(colour))
                    .map(Item::box)
                    .toList();
            sheet.add(Fact.answered(
                    Fact.Kind.EXISTS, Map.of("colour", colour, "shape", form.word()), "no", evidence, List.of()));
        }
    }
}
