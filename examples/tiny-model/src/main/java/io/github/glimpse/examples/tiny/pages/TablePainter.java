package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tables: named rows and columns with a value in each cell, ruled, striped, boxed or bare. */
final class TablePainter {

    private static final int MOST_COLUMNS = 5;
    private static final int MOST_ROWS = 10;

    private final Sheet sheet;
    private final Dice dice;
    private final Setter plain;
    private final Setter bold;
    private final double pitch;
    private final double across;

    TablePainter(Sheet sheet, Box area) {
        this.sheet = sheet;
        dice = sheet.dice();
        plain = sheet.setter(sheet.cap((area.right() - area.left()) / 17.0), Lettering.Weight.PLAIN);
        bold = sheet.setter(plain.cap(), dice.chance(0.6) ? Lettering.Weight.BOLD : Lettering.Weight.PLAIN);
        pitch = plain.cap() * dice.uniform(1.7, 2.5);
        across = dice.pick(List.of(0.0, 0.0, 0.5, 1.0, 1.0));
    }

    void paint(Box area) {
        double top = Decor.around(sheet, area, bold);
        double width = area.right() - area.left();
        double first = plain.cap() * dice.uniform(5.5, 8);
        int columns = (int) Math.min(MOST_COLUMNS, (width - first) / (plain.cap() * 5));
        int rows = (int) Math.min(MOST_ROWS, (area.bottom() - top) / pitch - 1);
        if (columns < 1 || rows < 1) {
            return;
        }
        columns = dice.between(1, columns);
        rows = dice.between(1, rows);
        double step = Math.min((width - first) / columns, plain.cap() * dice.uniform(5, 9));
        rules(area, top, rows, first + columns * step);
        List<String> names = chosen(Words.Use.COLUMN, columns, step);
        List<String> items = chosen(Words.Use.ITEM, rows, first);
        int casing = dice.below(4);
        List<Sheet.Word> heads = new ArrayList<>();
        for (int column = 0; column < names.size(); column++) {
            String text = Words.cased(names.get(column), casing);
            double left = left(area.left() + first + column * step, step, bold.width(text));
            heads.add(sheet.write(bold, text, left, top + pitch / 2, CellRole.KEY, ""));
        }
        for (int row = 0; row < items.size(); row++) {
            row(items.get(row), names, heads, casing, area.left(), first, step, top + (row + 1.5) * pitch);
        }
        Decoys.add(sheet, Fact.Kind.CELL, "row", Words.Use.ITEM, items, Map.of("column", dice.pick(names)));
        Decoys.add(sheet, Fact.Kind.CELL, "column", Words.Use.COLUMN, names, Map.of("row", dice.pick(items)));
    }

    private void row(
            String item,
            List<String> names,
            List<Sheet.Word> heads,
            int casing,
            double left,
            double first,
            double step,
            double y) {
        Sheet.Word label = sheet.write(plain, Words.cased(item, casing), left + 2, y, CellRole.KEY, "");
        for (int column = 0; column < heads.size(); column++) {
            String value = value(step - plain.cap() * 0.6);
            double x = left(left + first + column * step, step, plain.width(value));
            Sheet.Word word = sheet.write(plain, value, x, y, CellRole.VALUE, item);
            sheet.add(Fact.answered(
                    Fact.Kind.CELL,
                    Map.of("row", item, "column", names.get(column)),
                    value,
                    List.of(label.box(), heads.get(column).box(), word.box()),
                    List.of(word.number())));
        }
    }

    /** Where a word begins in a column whose words stand left, in the middle or right. */
    private double left(double column, double step, int width) {
        return column + 2 + across * (step - 4 - width);
    }

    private String value(double room) {
        for (int i = 0; i < 20; i++) {
            String value = sheet.value();
            if (plain.width(value) <= room && plain.draws(value)) {
                return value;
            }
        }
        return Words.number(2, dice);
    }

    private List<String> chosen(Words.Use use, int count, double room) {
        List<String> all = new ArrayList<>(sheet.words(use));
        dice.shuffle(all);
        List<String> chosen = new ArrayList<>();
        for (String word : all) {
            String widest = Words.cased(word, 1);
            if (chosen.size() < count && bold.draws(widest) && bold.width(widest) < room - plain.cap() * 0.5) {
                chosen.add(word);
            }
        }
        return chosen.isEmpty() ? List.of(all.get(0)) : chosen;
    }

    private void rules(Box area, double top, int rows, double width) {
        int ink = Shades.ink(sheet.pixel(area.left(), top), dice);
        int faint = Shades.mix(sheet.pixel(area.left(), top), ink, dice.uniform(0.15, 0.6));
        switch (dice.below(5)) {
            case 0 -> sheet.line(area.left(), top + pitch, area.left() + width, top + pitch, ink, dice.uniform(0.7, 2));
            case 1 -> {
                for (int row = 0; row <= rows + 1; row++) {
                    sheet.line(area.left(), top + row * pitch, area.left() + width, top + row * pitch, faint, 1);
                }
            }
            case 2 -> {
                for (int row = 0; row <= rows; row += 2) {
                    sheet.fill(
                            new Rectangle2D.Double(area.left(), top + row * pitch, width, pitch),
                            Shades.mix(sheet.pixel(area.left(), top), ink, 0.09));
                }
            }
            case 3 -> {
                int colour = Shades.any(dice);
                sheet.fill(new Rectangle2D.Double(area.left(), top, width, pitch), colour);
            }
            default -> {}
        }
    }
}
