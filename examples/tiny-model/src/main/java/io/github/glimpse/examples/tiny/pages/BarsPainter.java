package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Bar charts as plotting libraries draw them: axes, ticks, grid, title, bars of one colour or many, upright or level, with their numbers. */
final class BarsPainter {

    private static final int MOST = 7;

    private record Bar(String label, String number, double share) {}

    private final Sheet sheet;
    private final Dice dice;
    private final Setter setter;
    private final Map<String, List<Sheet.Word>> told = new LinkedHashMap<>();

    BarsPainter(Sheet sheet, Box area) {
        this.sheet = sheet;
        dice = sheet.dice();
        setter = sheet.setter(sheet.cap((area.right() - area.left()) / 20.0), Lettering.Weight.PLAIN);
    }

    void paint(Box area) {
        double line = setter.cap() * 1.9;
        double top = area.top() + 2;
        if (dice.chance(0.5)) {
            top = title(area, top, line);
        }
        boolean level = dice.chance(0.3);
        double room = level ? area.bottom() - top - line : area.right() - area.left() - setter.cap() * 3;
        List<Bar> bars = bars(Math.max(2, (int) (room / (level ? line * 1.2 : setter.cap() * 4.5))), level, room);
        double axis = level ? area.left() + setter.cap() * 5.5 : area.left() + setter.cap() * dice.uniform(0.5, 2.8);
        double foot = level ? area.bottom() - line * 0.4 : area.bottom() - line * 1.1;
        if (foot - top < 3 * line || area.right() - axis < setter.cap() * 6) {
            return;
        }
        axes(axis, top, area.right(), foot, level);
        List<Integer> palette = Shades.palette(bars.size(), dice);
        double step = level ? (foot - top) / bars.size() : (area.right() - axis) / bars.size();
        double thick = step * dice.uniform(0.45, 0.85);
        for (int i = 0; i < bars.size(); i++) {
            double middle = (level ? top : axis) + (i + 0.5) * step;
            if (level) {
                level(bars.get(i), axis, middle, thick, area, palette.get(i));
            } else {
                upright(bars.get(i), middle, thick, top + line, foot, line, palette.get(i));
            }
        }
        extremes(bars);
        Decoys.add(
                sheet,
                Fact.Kind.BAR,
                "label",
                Words.Use.ITEM,
                bars.stream().map(Bar::label).toList());
    }

    private double title(Box area, double top, double line) {
        String text = Words.cased(sheet.any(Words.Use.HEADING, 0.2), dice);
        double width = setter.width(text);
        if (!setter.draws(text) || width > area.right() - area.left()) {
            return top;
        }
        double left = area.left() + (area.right() - area.left() - width) / 2;
        Sheet.Word word = sheet.write(setter, text, left, top + line / 2, CellRole.TEXT, "");
        sheet.add(Fact.answered(Fact.Kind.HEADING, Map.of(), text, List.of(word.box()), List.of(word.number())));
        return top + line;
    }

    private List<Bar> bars(int most, boolean level, double room) {
        List<String> labels = new ArrayList<>();
        if (dice.chance(0.4) || sheet.repertoire() == Repertoire.FIRST) {
            "ABCDEFGHJKLMNPQRSTUVWXYZ".chars().forEach(letter -> labels.add("" + (char) letter));
        } else {
            labels.addAll(sheet.words(dice.chance(0.5) ? Words.Use.ITEM : Words.Use.COLUMN));
        }
        dice.shuffle(labels);
        int count = Math.min(dice.between(2, MOST), most);
        double width = level ? setter.cap() * 5 : room / count * 0.92;
        int scale = dice.pick(List.of(10, 100, 100, 1000, 5000));
        boolean decimals = scale <= 100 && dice.chance(0.3);
        List<Bar> bars = new ArrayList<>();
        for (String label : labels) {
            if (bars.size() < count && setter.draws(label) && setter.width(label) < width) {
                int value = dice.between(1, scale - 1);
                String number = decimals ? value + "." + dice.pick("123456789") : Integer.toString(value);
                bars.add(new Bar(label, number, Double.parseDouble(number) / scale));
            }
        }
        return bars;
    }

    private void axes(double axis, double top, double right, double foot, boolean level) {
        int ground = sheet.pixel(axis, top);
        int ink = Shades.ink(ground, dice);
        int faint = Shades.mix(ground, ink, dice.uniform(0.1, 0.3));
        if (dice.chance(0.15)) {
            sheet.fill(new Rectangle2D.Double(axis, top, right - axis, foot - top), Shades.mix(ground, ink, 0.07));
        }
        if (dice.chance(0.5)) {
            for (int i = 1; i < 5; i++) {
                double share = i / 5.0;
                if (level) {
                    sheet.line(axis + share * (right - axis), top, axis + share * (right - axis), foot, faint, 1);
                } else {
                    sheet.line(axis, foot - share * (foot - top), right, foot - share * (foot - top), faint, 1);
                }
            }
        }
        if (dice.chance(0.25)) {
            sheet.outline(new Rectangle2D.Double(axis, top, right - axis, foot - top), ink, 1);
        } else {
            sheet.outline(
                    new Rectangle2D.Double(axis, level ? top : foot, level ? 0 : right - axis, level ? foot - top : 0),
                    ink,
                    dice.uniform(0.7, 2));
        }
    }

    private void level(Bar bar, double axis, double middle, double thick, Box area, int colour) {
        double most = area.right() - axis - setter.width(bar.number()) - 6;
        double length = Math.max(3, most * bar.share());
        Shape shape = new Rectangle2D.Double(axis, middle - thick / 2, length, thick);
        draw(shape, colour);
        Sheet.Word label =
                sheet.write(setter, bar.label(), axis - setter.width(bar.label()) - 4, middle, CellRole.KEY, "");
        Sheet.Word number = sheet.write(setter, bar.number(), axis + length + 4, middle, CellRole.VALUE, bar.label());
        tell(bar, label, number);
    }

    private void upright(Bar bar, double middle, double thick, double top, double foot, double line, int colour) {
        double length = Math.max(3, (foot - top) * bar.share());
        Shape shape = new Rectangle2D.Double(middle - thick / 2, foot - length, thick, length);
        draw(shape, colour);
        Sheet.Word label = sheet.write(
                setter, bar.label(), middle - setter.width(bar.label()) / 2.0, foot + line * 0.6, CellRole.KEY, "");
        Sheet.Word number = sheet.write(
                setter,
                bar.number(),
                middle - setter.width(bar.number()) / 2.0,
                foot - length - setter.cap() * 0.85,
                CellRole.VALUE,
                bar.label());
        tell(bar, label, number);
    }

    /** The largest and the smallest, if no other is as large or as small. */
    private void extremes(List<Bar> bars) {
        if (bars.size() < 2) {
            return; // words of the split may be too wide for the bars
        }
        List<Bar> inOrder = new ArrayList<>(bars);
        inOrder.sort(Comparator.comparingDouble(Bar::share));
        List<Integer> ends = List.of(0, bars.size() - 1);
        for (int end : ends) {
            Bar bar = inOrder.get(end);
            if (bars.stream().filter(other -> other.share() == bar.share()).count() == 1) {
                sheet.add(Fact.answered(
                        end == 0 ? Fact.Kind.LOWEST : Fact.Kind.HIGHEST,
                        Map.of(),
                        bar.label(),
                        told.values().stream()
                                .flatMap(List::stream)
                                .map(Sheet.Word::box)
                                .toList(),
                        List.of(Objects.requireNonNull(told.get(bar.label()))
                                .get(0)
                                .number())));
            }
        }
    }

    private void draw(Shape shape, int colour) {
        sheet.fill(shape, colour);
        if (dice.chance(0.2)) {
            sheet.outline(shape, Shades.ink(colour, dice), 1);
        }
        sheet.shows(shape, CellRole.BAR, "");
    }

    private void tell(Bar bar, Sheet.Word label, Sheet.Word number) {
        told.put(bar.label(), List.of(label, number));
        sheet.add(Fact.answered(
                Fact.Kind.BAR,
                Map.of("label", bar.label()),
                bar.number(),
                List.of(label.box(), number.box()),
                List.of(number.number())));
    }
}
