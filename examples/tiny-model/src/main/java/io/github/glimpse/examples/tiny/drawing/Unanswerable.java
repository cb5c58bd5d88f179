package io.github.glimpse.examples.tiny.drawing;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks for what is not in the picture, what no picture of its family has, and what has nothing to do with pictures. */
final class Unanswerable {

    private static final int QUESTIONS = 2;
    private static final List<QuestionKind> FOREIGN =
            List.of(QuestionKind.DOC, QuestionKind.SIGN, QuestionKind.BAR, QuestionKind.COLOUR);

    private Unanswerable() {}

    /**
     * Asks some questions in vain.
     *
     * @param shown the keys, colours, letters (in lower case) or shapes that can be asked for
     */
    static void ask(Page page, Family family, Set<String> shown) {
        for (int i = 0; i < QUESTIONS; i++) {
            double share = page.dice().uniform(0, 1);
            if (share < 0.6) {
                askAbsent(page, own(family, page.dice()), shown);
            } else if (share < 0.85) {
                askForeign(page, family);
            } else {
                page.askInVain(QuestionKind.UNANSWERABLE, Map.of());
            }
        }
    }

    private static QuestionKind own(Family family, Dice dice) {
        return switch (family) {
            case DOC, DENSE -> QuestionKind.DOC;
            case SIGN -> QuestionKind.SIGN;
            case CHART -> QuestionKind.BAR;
            case SCENE -> dice.chance(0.5) ? QuestionKind.COLOUR : QuestionKind.SHAPE;
        };
    }

    private static void askForeign(Page page, Family family) {
        QuestionKind kind;
        do {
            kind = page.dice().pick(FOREIGN);
        } while (kind.fits(family));
        askAbsent(page, kind, Set.of());
    }

    private static void askAbsent(Page page, QuestionKind kind, Set<String> shown) {
        for (int i = 0; i < 100; i++) {
            Map<String, String> places = places(kind, page.dice());
            if (places.values().stream().noneMatch(shown::contains)) {
                page.askInVain(kind, places);
                return;
            }
        }
    }

    private static Map<String, String> places(QuestionKind kind, Dice dice) {
        return switch (kind) {
            case DOC -> Map.of("key", key(dice));
            case BAR -> Map.of("letter", String.valueOf(dice.pick("abcdefghjklmnpqrstuvwxyz")));
            case COLOUR ->
                Map.of("shape", dice.pick(List.of(ShapeKind.values())).word());
            case SIGN, SHAPE -> Map.of("colour", dice.pick(Colours.NAMES));
            case EXISTS, COUNT, RELATION, HIGHEST, LOWEST, UNANSWERABLE ->
                throw new IllegalArgumentException("A question of kind " + kind + " always has an answer");
        };
    }

    // Now and then a word that has no token and must be spelled.
    private static String key(Dice dice) {
        return dice.chance(0.15)
                ? Keys.syllables(dice.between(3, 7), dice)
                : dice.pick(Keys.ALL).word();
    }
}
