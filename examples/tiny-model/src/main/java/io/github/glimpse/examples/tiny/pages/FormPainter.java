package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Receipts and forms: keys with values in one to three columns, in several arrangements; now and then the same keys in two sections, and some
 * that look alike and are not there.
 */
final class FormPainter {

    private static final int TRIES = 30;
    private static final int MOST_ROWS = 14;
    private static final double INVENTED = 0.15;
    /** Where there is room: few pages are wide enough for three. */
    private static final List<Integer> COLUMNS = List.of(1, 1, 2, 2, 3, 3, 3);

    private enum Arrangement {
        /** Value at the right edge. */
        RIGHT,
        /** Values below each other, behind the longest key. */
        ALIGNED,
        /** Value directly behind the key. */
        INLINE,
        /** Value below the key. */
        STACKED
    }

    private record Row(String key, String label, String value) {}

    private final Sheet sheet;
    private final Dice dice;
    private final Setter plain;
    private final Setter bold;
    private final Arrangement arrangement;
    private final int casing;
    private final String colon;
    private final double pitch;
    private final Set<String> used = new HashSet<>();
    private final Map<String, List<String>> sectionsOf = new HashMap<>();
    private final List<Fact> found = new ArrayList<>();

    FormPainter(Sheet sheet, Box area) {
        this.sheet = sheet;
        dice = sheet.dice();
        plain = sheet.setter(sheet.cap((area.right() - area.left()) / 11.0), Lettering.Weight.PLAIN);
        bold = sheet.setter(plain.cap(), Lettering.Weight.BOLD);
        arrangement = dice.pick(List.of(
                Arrangement.RIGHT,
                Arrangement.RIGHT,
                Arrangement.ALIGNED,
                Arrangement.INLINE,
                Arrangement.INLINE,
                Arrangement.STACKED));
        casing = dice.below(4);
        colon = dice.chance(0.4) ? ":" : "";
        pitch = Math.max(sheet.spacing().leastPitch(), plain.cap() * dice.uniform(1.55, 2.4));
    }

    void paint(Box area) {
        int top = Decor.around(sheet, area, bold);
        int width = area.right() - area.left();
        int columns = (int) Math.max(1, Math.min(dice.pick(COLUMNS), width / (plain.cap() * 11)));
        boolean sections = dice.chance(0.25);
        List<String> names = sections ? sections() : List.of("");
        int gap = (int) (plain.cap() * 1.2);
        int columnWidth = (width - gap * (columns - 1)) / columns;
        List<String> repeated = new ArrayList<>();
        double y = top;
        for (String section : names) {
            double bottom =
                    area.bottom() - (names.indexOf(section) == 0 && names.size() > 1 ? (area.bottom() - top) / 2.0 : 0);
            if (!section.isEmpty()) {
                String text = Words.cased(section, casing);
                if (y + pitch > bottom || !bold.draws(text) || bold.width(text) > width) {
                    continue;
                }
                sheet.write(bold, text, area.left(), y + pitch / 2, CellRole.TEXT, "");
                y += pitch;
            }
            double start = y;
            for (int column = 0; column < columns; column++) {
                int left = area.left() + column * (columnWidth + gap);
                y = Math.max(
                        y,
                        column(
                                new Box(left, (int) start, left + columnWidth, Math.max((int) start + 1, (int) bottom)),
                                section,
                                repeated));
            }
        }
        tell();
        Decoys.add(sheet, Fact.Kind.VALUE, "key", Words.Use.KEY, sectionsOf.keySet());
    }

    private List<String> sections() {
        List<String> all = new ArrayList<>(sheet.words(Words.Use.SECTION));
        dice.shuffle(all);
        return all.subList(0, 2);
    }

    /** Fills a column from its top; gives back where it ends. */
    private double column(Box column, String section, List<String> repeated) {
        double step = arrangement == Arrangement.STACKED ? 1.8 * pitch : pitch;
        int rows = (int) Math.min(MOST_ROWS, (column.bottom() - column.top()) / step);
        List<Row> chosen = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            choose(column.right() - column.left(), section, repeated, chosen);
        }
        int widest =
                chosen.stream().mapToInt(row -> plain.width(row.label())).max().orElse(0);
        double y = column.top() + pitch / 2;
        boolean striped = dice.chance(0.15);
        boolean ruled = !striped && dice.chance(0.2);
        for (Row row : chosen) {
            if (striped && chosen.indexOf(row) % 2 == 0) {
                int under = sheet.pixel(column.left(), y);
                sheet.fill(
                        new Rectangle2D.Double(
                                column.left() - 3.0, y - pitch / 2, column.right() - column.left() + 6.0, pitch),
                        Shades.mix(under, Shades.ink(under, dice), 0.1));
            } else if (ruled) {
                int under = sheet.pixel(column.left(), y);
                sheet.line(
                        column.left(),
                        y + step - pitch / 2,
                        column.right(),
                        y + step - pitch / 2,
                        Shades.mix(under, Shades.ink(under, dice), dice.uniform(0.2, 0.8)),
                        dice.uniform(0.5, 1.5));
            }
            write(row, section, column, widest, y);
            y += step;
        }
        return y;
    }

    private void choose(int room, String section, List<String> repeated, List<Row> chosen) {
        for (int i = 0; i < TRIES; i++) {
            boolean again = !section.isEmpty() && !repeated.isEmpty() && dice.chance(0.6);
            String key = again ? dice.pick(repeated) : sheet.any(Words.Use.KEY, INVENTED);
            Row row = new Row(key, Words.cased(key, casing) + colon, sheet.value());
            boolean twice = used.contains(section + "/" + key) || (section.isEmpty() && sectionsOf.containsKey(key));
            int need = arrangement == Arrangement.STACKED
                    ? Math.max(plain.width(row.label()), plain.width(row.value()))
                    : plain.width(row.label()) + plain.width(row.value()) + (int) plain.cap();
            if (!twice && need <= room && plain.draws(row.label()) && plain.draws(row.value())) {
                used.add(section + "/" + key);
                repeated.add(key);
                chosen.add(row);
                return;
            }
        }
    }

    private void write(Row row, String section, Box column, int widest, double y) {
        boolean drawn = bold.draws(row.label()) && bold.draws(row.value());
        Setter setter =
                dice.chance(0.12) && drawn && bold.width(row.label()) < column.right() - column.left() ? bold : plain;
        boolean heavy = setter == bold
                && bold.width(row.label()) + bold.width(row.value()) + plain.cap() > column.right() - column.left();
        Setter used = heavy ? plain : setter;
        int valueWidth = used.width(row.value());
        double left =
                switch (arrangement) {
                    case RIGHT -> column.right() - valueWidth;
                    case ALIGNED -> Math.min(column.left() + widest + plain.cap(), column.right() - valueWidth);
                    case INLINE -> column.left() + used.width(row.label()) + plain.cap() * 0.7;
                    case STACKED -> column.left();
                };
        double valueY = arrangement == Arrangement.STACKED ? y + pitch * 0.85 : y;
        Sheet.Word label = sheet.write(used, row.label(), column.left(), y, CellRole.KEY, "");
        Sheet.Word value = sheet.write(used, row.value(), left, valueY, CellRole.VALUE, row.key());
        sectionsOf.computeIfAbsent(row.key(), key -> new ArrayList<>()).add(section);
        found.add(Fact.answered(
                Fact.Kind.SECTION_VALUE,
                Map.of("key", row.key(), "section", section),
                row.value(),
                List.of(label.box(), value.box()),
                List.of(value.number())));
    }

    /** A key that stands once is asked for by itself, another one with its section. */
    private void tell() {
        for (Fact fact : found) {
            String key = fact.places().getOrDefault("key", "");
            boolean once = sectionsOf.getOrDefault(key, List.of()).size() == 1;
            sheet.add(
                    once
                            ? Fact.answered(
                                    Fact.Kind.VALUE, Map.of("key", key), fact.answer(), fact.evidence(), fact.words())
                            : fact);
        }
    }
}
