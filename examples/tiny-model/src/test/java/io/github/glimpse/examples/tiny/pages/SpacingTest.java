package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpacingTest {

    private static final double[] CLOSE = {4, 11, 17, 22, 40};

    @Test
    void roomyLettersStandSoThatNoCellHasMoreThanItCanTell() {
        double spread = Spacing.ROOMY.spread(CLOSE);

        assertThat(CLOSE[CellLabels.SLOTS] - CLOSE[0] + CellLabels.SLOTS * spread)
                .isCloseTo(PageSize.CELL + 1, within(1e-9));
        assertThat(Spacing.ROOMY.spread(0, 20, 40, 60)).isZero();
        assertThat(Spacing.ROOMY.leastPitch()).isEqualTo(PageSize.CELL);
    }

    @Test
    void naturalLettersAndLinesStandAsTheFaceHasThem() {
        assertThat(Spacing.NATURAL.spread(CLOSE)).isZero();
        assertThat(Spacing.NATURAL.leastPitch()).isZero();
    }

    @Test
    void halfOfTheFirstEditionsPagesAreRoomyAndNoneOfTheSeconds() {
        long roomy = IntStream.range(0, 1_000)
                .filter(seed -> Repertoire.FIRST.spacing(new Dice(Dice.mix(seed))) == Spacing.ROOMY)
                .count();

        assertThat(roomy).isBetween(400L, 600L);
        assertThat(Repertoire.SECOND.spacing(new Dice(1))).isEqualTo(Spacing.NATURAL);
    }
}
