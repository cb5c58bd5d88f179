package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Bars with a letter below and a number above. */
final class ChartPainter {

    private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final int MARGIN = 5;
    private static final int FEWEST = 4;
    private static final int MOST = 6;
    private static final int LEAST_PITCH = 37;

    private record Bar(String letter, int value, Box letterBox, Box numberBox, List<Question.Pointer> letterPointers) {}

    private final Page page;
    private final Dice dice;
    private final Typesetter typesetter;
    private final List<Bar> bars = new ArrayList<>();
    private int ink;

    ChartPainter(Page page) {
        this.page = page;
        dice = page.dice();
        typesetter = page.typesetter(15.5, 20);
    }

    void paint() {
        ink = Colours.ink(page.paper(215), dice);
        int count = dice.between(FEWEST, Math.min(MOST, (page.width() - 2 * MARGIN) / LEAST_PITCH));
        int pitch = Math.min((page.width() - 2 * MARGIN) / count, dice.between(56, 84));
        int spare = page.width() - 2 * MARGIN - pitch * count;
        int left = MARGIN + dice.below(spare + 1);
        List<Integer> values = values(count, mostDigits(pitch));
        List<String> letters = letters(count);
        int cap = (int) Math.ceil(typesetter.cap());
        int bottom = page.height() - cap - dice.between(12, 18);
        int tallest = dice.between(Math.min(110, bottom - cap - 12), bottom - cap - 12);
        int rise = dice.below(bottom - cap - 12 - tallest + 1) / 2;
        double width = pitch * dice.uniform(0.4, 0.66);
        String common = dice.pick(Colours.NAMES);
        boolean varied = dice.chance(0.5);
        double scale = tallest / (double) Collections.max(values);
        for (int i = 0; i < count; i++) {
            double height = Math.max(6, values.get(i) * scale);
            int middle = left + i * pitch + pitch / 2;
            Polygon shape =
                    Polygon.rectangle(middle - width / 2, bottom - rise - height, middle + width / 2, bottom - rise);
            bar(shape, letters.get(i), values.get(i), varied ? dice.pick(Colours.NAMES) : common, middle);
        }
        page.canvas().fill(Polygon.rectangle(left, bottom - rise, left + pitch * count, bottom - rise + 1.2), ink);
        askExtremes();
        Set<String> shown = new HashSet<>();
        letters.forEach(letter -> shown.add(letter.toLowerCase(Locale.ROOT)));
        Unanswerable.ask(page, Family.CHART, shown);
    }

    // The last digit of a number and the first of the next must lie a cell apart.
    private int mostDigits(int pitch) {
        int digits = 1;
        while (digits < 3 && pitch >= PageSize.CELL + typesetter.width("8".repeat(digits + 1)) - 3) {
            digits++;
        }
        return digits == 3 && dice.chance(0.7) ? 2 : digits;
    }

    private List<Integer> values(int count, int mostDigits) {
        int limit = mostDigits == 1 ? 9 : mostDigits == 2 ? 99 : 999;
        Set<Integer> values = new HashSet<>();
        List<Integer> list = new ArrayList<>();
        while (list.size() < count) {
            int value = dice.between(Math.max(1, limit / 20), limit);
            if (values.add(value)) {
                list.add(value);
            }
        }
        return list;
    }

    private List<String> letters(int count) {
        List<String> letters = new ArrayList<>(List.of(LETTERS.split("")));
        if (dice.chance(0.4)) {
            return letters.subList(0, count);
        }
        dice.shuffle(letters);
        List<String> some = new ArrayList<>(letters.subList(0, count));
        if (dice.chance(0.5)) {
            Collections.sort(some);
        }
        return some;
    }

    private void bar(Polygon shape, String letter, int value, String colour, int middle) {
        page.canvas().fill(shape, Colours.shade(colour, dice));
        int owner = Vocabulary.id(letter.toLowerCase(Locale.ROOT));
        int colourId = Vocabulary.id(colour);
        page.labels().cover(shape, 0.3, owner, colourId, CellRole.BAR);
        int half = (int) Math.ceil(typesetter.cap() / 2);
        int below = shape.box().bottom() + 5 + half;
        int above = shape.box().top() - 4 - half;
        PlacedText name = write(letter, middle, below);
        List<Question.Pointer> letterPointers = page.labels().write(name, owner, CellLabels.NONE, CellRole.KEY);
        PlacedText number = write(String.valueOf(value), middle, above);
        List<Question.Pointer> pointers = page.labels().write(number, owner, CellLabels.NONE, CellRole.VALUE);
        bars.add(new Bar(letter, value, name.box(), number.box(), letterPointers));
        page.ask(
                QuestionKind.BAR,
                Map.of("letter", dice.chance(0.7) ? letter : letter.toLowerCase(Locale.ROOT)),
                String.valueOf(value),
                List.of(name.box(), number.box()),
                pointers);
    }

    private PlacedText write(String text, int middle, int centreY) {
        return page.write(typesetter, text, middle - typesetter.width(text) / 2, centreY, ink);
    }

    private void askExtremes() {
        askExtreme(QuestionKind.HIGHEST, Collections.max(bars, Comparator.comparingInt(Bar::value)));
        askExtreme(QuestionKind.LOWEST, Collections.min(bars, Comparator.comparingInt(Bar::value)));
    }

    private void askExtreme(QuestionKind kind, Bar bar) {
        List<Box> evidence = new ArrayList<>(List.of(bar.letterBox()));
        bars.forEach(each -> evidence.add(each.numberBox()));
        page.ask(kind, Map.of(), bar.letter(), evidence, bar.letterPointers());
    }
}
