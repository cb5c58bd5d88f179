package io.github.glimpse.examples.tiny.drawing;

import java.util.Locale;

/** Rows full of words, codes and prices; some rows light on a coloured band. */
final class DensePainter {

    private static final int MARGIN = 5;
    /** Wide enough that no cell gets a fourth character. */
    private static final int LEAST_GAP = 19;

    private final Page page;
    private final Dice dice;

    DensePainter(Page page) {
        this.page = page;
        dice = page.dice();
    }

    void paint() {
        boolean dark = dice.chance(0.1);
        int paper = dark ? Colours.jitter(0x24282E, 12, dice) : page.paper(215);
        if (dark) {
            page.canvas().paper(paper, dice.uniform(-10, 10), dice.uniform(-10, 10));
        }
        Typesetter typesetter = page.typesetter(17, 22);
        Typesetter bold = new Typesetter(page.face().bold(), typesetter.cap(), dice);
        int pitch = dice.between(29, 36);
        int half = (int) Math.ceil(typesetter.cap() / 2);
        int ink = Colours.ink(paper, dice);
        for (int y = dice.between(half + 3, half + 12); y + half + 7 < page.height(); y += pitch) {
            Typesetter line = dice.chance(0.2) ? bold : typesetter;
            if (dice.chance(0.25)) {
                band(line, y, half);
            } else {
                line(line, y, ink, CellLabels.NONE);
            }
        }
    }

    private void band(Typesetter typesetter, int centreY, int half) {
        String colour = dice.pick(Colours.NAMES);
        int shade = Colours.shade(colour, dice);
        Polygon band = Polygon.rectangle(0, centreY - half - 4, page.width(), centreY + half + 4);
        page.canvas().fill(band, shade);
        int id = Vocabulary.id(colour);
        page.labels().cover(band, 0.4, id, id, CellRole.PLATE);
        line(typesetter, centreY, Colours.ink(shade, dice), id);
    }

    private void line(Typesetter typesetter, int centreY, int ink, int owner) {
        int x = MARGIN + dice.below(20);
        while (true) {
            String text = word();
            int width = typesetter.width(text);
            if (x + width > page.width() - MARGIN) {
                return;
            }
            PlacedText word = page.write(typesetter, text, x, centreY, ink);
            page.labels().write(word, owner, owner, CellRole.TEXT);
            x += width + dice.between(LEAST_GAP, LEAST_GAP + 14);
        }
    }

    private String word() {
        return switch (dice.below(8)) {
            case 0 -> Keys.cased(dice.pick(Keys.ALL).word(), dice);
            case 1 -> Keys.cased(Keys.syllables(dice.between(2, 7), dice), dice);
            case 2 -> Keys.syllables(dice.between(2, 5), dice).toUpperCase(Locale.ROOT);
            case 3 -> Keys.value(dice.pick(Keys.ALL).kind(), page.mix(), dice);
            default -> any(dice.between(2, 6));
        };
    }

    // Each character as often as any other, so that the rare ones are learned too.
    private String any(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(dice.pick(Vocabulary.DRAWN));
        }
        return text.toString();
    }
}
