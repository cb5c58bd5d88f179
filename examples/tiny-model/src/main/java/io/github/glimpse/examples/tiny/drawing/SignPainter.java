package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Coloured plates, each with a code or a word, at free places of a wall. */
final class SignPainter {

    private static final int SLOT_WIDTH = 110;
    private static final int SLOT_HEIGHT = 54;
    private static final int LEAST_PADDING = 13;
    private static final int MOST_SIGNS = 6;

    private final Page page;
    private final Dice dice;
    private final Typesetter typesetter;

    SignPainter(Page page) {
        this.page = page;
        dice = page.dice();
        typesetter = page.typesetter(17.5, 21);
    }

    void paint() {
        page.paper(175);
        int columns = page.width() / SLOT_WIDTH;
        int rows = page.height() / SLOT_HEIGHT;
        List<Integer> slots = new ArrayList<>();
        for (int slot = 0; slot < rows * columns; slot++) {
            slots.add(slot);
        }
        dice.shuffle(slots);
        List<String> colours = new ArrayList<>(Colours.NAMES);
        dice.shuffle(colours);
        int count = Math.min(slots.size(), dice.between(2, MOST_SIGNS));
        for (int i = 0; i < count; i++) {
            int slotWidth = page.width() / columns;
            int slotHeight = page.height() / rows;
            int x = slots.get(i) % columns * slotWidth;
            int y = slots.get(i) / columns * slotHeight;
            sign(colours.get(i), new Box(x + 2, y + 2, x + slotWidth - 2, y + slotHeight - 2));
        }
        Unanswerable.ask(page, Family.SIGN, new HashSet<>(colours.subList(0, count)));
    }

    private void sign(String colour, Box slot) {
        int room = slot.right() - slot.left();
        String text = text();
        while (typesetter.width(text) + 2 * LEAST_PADDING > room) {
            text = text.length() > 3 ? text.substring(0, text.length() - 1) : Keys.number(3, dice);
        }
        int textWidth = typesetter.width(text);
        int width = Math.min(room, textWidth + 2 * dice.between(LEAST_PADDING, 20));
        int height = Math.min(slot.bottom() - slot.top(), (int) typesetter.cap() + 2 * dice.between(9, 15));
        int left = slot.left() + dice.below(room - width + 1);
        int top = slot.top() + dice.below(slot.bottom() - slot.top() - height + 1);
        int shade = Colours.shade(colour, dice);
        double round = dice.chance(0.5) ? dice.uniform(3, 9) : 0;
        Polygon plate = Polygon.rounded(left, top, left + width, top + height, round);
        int ink = Colours.ink(shade, dice);
        page.canvas().fill(plate, shade);
        if (dice.chance(0.25)) {
            page.canvas().fill(Polygon.rectangle(left + 3, top + 3, left + width - 3, top + 4), ink);
            page.canvas().fill(Polygon.rectangle(left + 3, top + height - 4, left + width - 3, top + height - 3), ink);
        }
        int owner = Vocabulary.id(colour);
        page.labels().cover(plate, 0.4, owner, owner, CellRole.PLATE);
        int centreY = top + height / 2 + dice.between(-1, 1);
        PlacedText word = page.write(typesetter, text, left + (width - textWidth) / 2, centreY, ink);
        List<Question.Pointer> pointers = page.labels().write(word, owner, owner, CellRole.VALUE);
        Box box = new Box(left, top, left + width, top + height).union(word.box());
        page.shows(colour, "sign", new Box(left, top, left + width, top + height));
        page.ask(QuestionKind.SIGN, Map.of("colour", colour), text, List.of(box), pointers);
    }

    private String text() {
        int share = dice.below(5);
        if (share == 0) {
            return Keys.number(dice.between(3, 4), dice);
        }
        if (share <= page.mix().words()) {
            return Keys.cased(Keys.syllables(dice.between(3, 5), dice), dice);
        }
        String code = Keys.code(dice);
        return code.length() < 3 ? code + Keys.number(1, dice) : code;
    }
}
