package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BendTest {

    private static final Lettering FACE = FontRegistry.strokes().of(Split.TRAIN).get(0);
    private static final double CAP = 30;

    @Test
    void facesToChooseByAndToReportOnAreAsTheyAre() {
        Dice dice = new Dice(1);
        for (Split split : new Split[] {Split.VALIDATION, Split.TEST}) {
            assertThat(IntStream.range(0, 100).mapToObj(i -> Bend.of(split, dice)))
                    .containsOnly(Bend.NONE);
        }
        assertThat(IntStream.range(0, 100).mapToObj(i -> Bend.of(Split.TRAIN, dice)))
                .contains(Bend.NONE)
                .anyMatch(bend -> bend.pen() > 0)
                .anyMatch(bend -> bend.pen() < 0);
    }

    @Test
    void aBentLetterIsAsHighAndAsWideAsTold() {
        Rectangle2D straight = FACE.outline('H', CAP, Lettering.Weight.PLAIN).getBounds2D();
        Rectangle2D wide = new Bend(1.2, 0, 0)
                .bent(FACE.outline('H', CAP, Lettering.Weight.PLAIN))
                .getBounds2D();
        Rectangle2D slanted = new Bend(1, 0.25, 0)
                .bent(FACE.outline('H', CAP, Lettering.Weight.PLAIN))
                .getBounds2D();
        assertThat(wide.getHeight()).isCloseTo(straight.getHeight(), within(1e-6));
        assertThat(wide.getWidth()).isCloseTo(1.2 * straight.getWidth(), within(1e-6));
        // The upper end goes to the right, since y points downwards.
        assertThat(slanted.getMaxX()).isCloseTo(straight.getMaxX() + 0.25 * -straight.getMinY(), within(0.25 * 3));
        assertThat(slanted.getMaxX()).isGreaterThan(straight.getMaxX() + 0.2 * CAP);
    }

    @Test
    void aWiderPenLeavesMoreInkAndANarrowerOneLess() {
        double plain = ink(Bend.NONE);
        assertThat(ink(new Bend(1, 0, 0.03))).isGreaterThan(1.15 * plain);
        assertThat(ink(new Bend(1, 0, -0.012))).isLessThan(0.95 * plain);
    }

    @Test
    void theNextLetterStandsAsMuchFurtherAsLettersAreWider() {
        int straight = setter(Bend.NONE).width("HOTEL");
        assertThat(setter(new Bend(1.2, 0, 0)).width("HOTEL"))
                .isBetween((int) (1.19 * straight), (int) (1.22 * straight));
    }

    private static Setter setter(Bend bend) {
        return new Setter(FACE, CAP, Lettering.Weight.PLAIN, bend, Spacing.NATURAL, new Dice(7));
    }

    private static double ink(Bend bend) {
        BufferedImage image = new BufferedImage(200, 60, BufferedImage.TYPE_INT_RGB);
        setter(bend).set(image, "HOTEL", 20, 30, 0xFFFFFF, 1);
        double sum = 0;
        for (int i = 0; i < 200 * 60; i++) {
            sum += image.getRGB(i % 200, i / 200) & 0xFF;
        }
        return sum;
    }
}
