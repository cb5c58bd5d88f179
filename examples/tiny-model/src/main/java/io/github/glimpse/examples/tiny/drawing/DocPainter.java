package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Receipts and forms: rows of a key and a value, in one column or two. */
final class DocPainter {

    /** Least ink-to-ink distance of key and value: they never share a cell. */
    private static final int GAP = 27;

    private static final int TRIES = 60;
    private static final int MOST_ROWS = 11;
    private static final int MOST_PAIRED_ROWS = 5;
    private static final int LEAST_PITCH = 29;
    private static final int ROOMY_PITCH = 35;
    private static final List<String> HEADINGS = List.of(
            "RECEIPT", "ORDER", "INVOICE", "BILL", "FORM", "SHOP", "CAFE", "HOTEL", "TICKET", "BAKERY", "MARKET");

    private record Row(Keys.Key key, String label, String value, Typesetter typesetter) {

        int labelWidth() {
            return typesetter.width(label);
        }

        int valueWidth() {
            return typesetter.width(value);
        }
    }

    private final Page page;
    private final Dice dice;
    private final ValueMix mix;
    private final Typesetter plain;
    private final Typesetter bold;
    private final Set<String> used = new HashSet<>();
    private final int casing;
    private final String colon;
    private int left;
    private int right;
    private int top;
    private int bottom;
    private int ink;

    DocPainter(Page page) {
        this.page = page;
        dice = page.dice();
        mix = page.mix();
        plain = page.typesetter(18, page.width() < 300 ? 20 : 22);
        bold = new Typesetter(page.face().bold(), plain.cap(), dice);
        casing = dice.below(4);
        colon = dice.chance(0.3) ? ":" : "";
    }

    void paint() {
        ground();
        heading();
        boolean twoColumns = right - left > 380 && dice.chance(0.4);
        int rows = Math.min(rowCount(), twoColumns ? MOST_PAIRED_ROWS : MOST_ROWS);
        int pitch = Math.min((bottom - top) / rows, dice.between(LEAST_PITCH, 46));
        pitch = Math.max(pitch, LEAST_PITCH);
        int slack = bottom - top - pitch * rows;
        top += slack > 0 ? dice.below(slack + 1) : 0;
        stripes(rows, pitch);
        if (twoColumns) {
            int middle = (left + right) / 2;
            column(left, middle - GAP / 2 - 2, rows, pitch);
            column(middle + GAP / 2 + 2, right, rows, pitch);
        } else {
            int spare = right - left - dice.between(185, 330);
            int indent = spare > 0 ? dice.below(spare + 1) : 0;
            column(left + indent, spare > 0 ? right - (spare - indent) : right, rows, pitch);
        }
        Unanswerable.ask(page, Family.DOC, used);
    }

    private void ground() {
        left = dice.between(6, 13);
        right = page.width() - dice.between(6, 13);
        top = dice.between(4, 9);
        bottom = page.height() - dice.between(5, 10);
        int paper;
        if (dice.chance(0.08)) {
            paper = Colours.jitter(0x262A30, 10, dice);
            page.canvas().paper(paper, dice.uniform(-10, 10), dice.uniform(-10, 10));
        } else if (dice.chance(0.3)) {
            int desk = Colours.jitter(dice.pick(List.of(0x8A6A4C, 0x6C7480, 0x9AA08C, 0x50545C)), 16, dice);
            page.canvas().paper(desk, dice.uniform(-20, 20), dice.uniform(-20, 20));
            int light = dice.between(236, 252);
            paper = Colours.jitter((light << 16) | (light << 8) | light, 4, dice);
            page.canvas().fill(Polygon.rectangle(left - 4, top - 2, right + 4, bottom + 3), paper);
            left += 3;
            right -= 3;
            top += 3;
        } else {
            paper = page.paper(222);
        }
        ink = Colours.ink(paper, dice);
    }

    private void heading() {
        if (bottom - top < LEAST_PITCH * 5 || !dice.chance(0.5)) {
            return;
        }
        String text = dice.chance(0.6)
                ? dice.pick(HEADINGS)
                : Keys.syllables(dice.between(3, 6), dice).toUpperCase(Locale.ROOT);
        int width = bold.width(text);
        if (width < right - left) {
            int x = dice.chance(0.6) ? (left + right - width) / 2 : left;
            PlacedText word = page.write(bold, text, x, top + 4 + (int) (plain.cap() / 2), ink);
            page.labels().write(word, CellLabels.NONE, CellLabels.NONE, CellRole.TEXT);
            top += LEAST_PITCH + 3;
        }
    }

    private int rowCount() {
        int most = Math.min(MOST_ROWS, (bottom - top) / LEAST_PITCH);
        int rows = page.size().rows();
        if (rows >= 14) {
            return Math.min(most, dice.between(7, MOST_ROWS));
        }
        return Math.min(most, rows >= 12 ? dice.between(4, 7) : dice.between(3, 5));
    }

    private void stripes(int rows, int pitch) {
        boolean shaded = dice.chance(0.2);
        boolean ruled = pitch >= ROOMY_PITCH && dice.chance(0.4);
        for (int row = 0; row < rows; row++) {
            int y = top + row * pitch;
            int under = page.canvas().pixel((left + right) / 2, Math.min(page.height() - 1, y + pitch / 2));
            if (shaded && row % 2 == 0) {
                page.canvas()
                        .fill(
                                Polygon.rectangle(left - 3, y, right + 3, y + pitch),
                                Colours.shift(under, Colours.lightness(under) > 128 ? -14 : 14));
            } else if (ruled && row > 0) {
                page.canvas().fill(Polygon.rectangle(left, y - 0.5, right, y + 0.5), Colours.mix(under, ink, 110));
            }
        }
    }

    private void column(int from, int to, int rows, int pitch) {
        List<Row> chosen = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            choose(to - from, chosen);
        }
        int widestLabel = chosen.stream().mapToInt(Row::labelWidth).max().orElse(0);
        int widestValue = chosen.stream().mapToInt(Row::valueWidth).max().orElse(0);
        int room = to - from - widestLabel - GAP - widestValue;
        boolean aligned = room >= 0 && dice.chance(0.4);
        int valueLeft = aligned ? from + widestLabel + GAP + dice.below(Math.min(room, 60) + 1) : 0;
        for (int i = 0; i < chosen.size(); i++) {
            Row row = chosen.get(i);
            int centreY = top + i * pitch + pitch / 2 - 1;
            write(row, from, aligned ? valueLeft : to - row.valueWidth(), centreY);
        }
    }

    private void choose(int room, List<Row> chosen) {
        for (int i = 0; i < TRIES; i++) {
            Keys.Key key = Keys.any(mix, dice);
            Typesetter typesetter = dice.chance(0.12) ? bold : plain;
            Row row = new Row(key, cased(key.word()) + colon, Keys.value(key.kind(), mix, dice), typesetter);
            if (!used.contains(key.word()) && row.labelWidth() + GAP + row.valueWidth() <= room) {
                used.add(key.word());
                chosen.add(row);
                return;
            }
        }
    }

    private String cased(String word) {
        return switch (casing) {
            case 0 -> word;
            case 1 -> word.toUpperCase(Locale.ROOT);
            default -> Character.toUpperCase(word.charAt(0)) + word.substring(1);
        };
    }

    private void write(Row row, int labelLeft, int valueLeft, int centreY) {
        int owner = Vocabulary.id(row.key().word());
        PlacedText label = page.write(row.typesetter(), row.label(), labelLeft, centreY, ink);
        page.labels().write(label, owner, CellLabels.NONE, CellRole.KEY);
        PlacedText value = page.write(row.typesetter(), row.value(), valueLeft, centreY, ink);
        List<Question.Pointer> pointers = page.labels().write(value, owner, CellLabels.NONE, CellRole.VALUE);
        page.ask(
                QuestionKind.DOC,
                Map.of("key", row.key().word()),
                row.value(),
                List.of(label.box(), value.box()),
                pointers);
    }
}
