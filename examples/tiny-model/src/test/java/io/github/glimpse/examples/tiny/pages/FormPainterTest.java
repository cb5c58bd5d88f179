package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.Shape;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("thorough")
@Tag("reference")
class FormPainterTest {

    private static final Lettering STROKES =
            FontRegistry.strokes().of(Split.TRAIN).get(0);

    /** A face of which a page has a second one that draws less. */
    private static final Lettering WITH_NUMBER_SIGN = new Lettering() {

        private char drawn(char character) {
            return character == '#' ? 'H' : character;
        }

        @Override
        public String family() {
            return "with a number sign";
        }

        @Override
        public boolean draws(char character) {
            return STROKES.draws(drawn(character));
        }

        @Override
        public Shape outline(char character, double cap, Weight weight) {
            return STROKES.outline(drawn(character), cap, weight);
        }

        @Override
        public double advance(char character, double cap, Weight weight) {
            return STROKES.advance(drawn(character), cap, weight);
        }
    };

    @Test
    void nothingIsWrittenInAFaceThatDoesNotDrawIt() {
        Box area = new Box(10, 10, 440, 440);
        int signs = 0;
        for (int seed = 0; seed < 150; seed++) {
            Sheet sheet = new Sheet(
                    450,
                    450,
                    0xFFFFFF,
                    Split.TRAIN,
                    Repertoire.SECOND,
                    List.of(WITH_NUMBER_SIGN, STROKES),
                    new Dice(seed));
            new FormPainter(sheet, area).paint(area);
            signs += (int) sheet.facts().stream()
                    .filter(fact -> fact.answer().contains("#"))
                    .count();
        }
        assertThat(signs).isPositive();
    }
}
