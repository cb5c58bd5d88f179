package io.github.glimpse.prefill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GridPairTest {

    private static final int LONGEST = 40;

    private static ImageGrid grid(int rows, int columns) {
        return new ImageGrid(2 * rows, 2 * columns, 14, 2);
    }

    private static GridPair pair(int smallRows, int smallColumns, int rows, int columns) {
        return new GridPair(grid(smallRows, smallColumns), grid(rows, columns));
    }

    @Test
    void aSmallCellOfHalvedSidesHasTwoByTwoCells() {
        GridPair pair = pair(2, 3, 4, 6);

        assertThat(pair.cellsOf(new int[] {1, 5})).containsExactly(2, 3, 8, 9, 16, 17, 22, 23);
        assertThat(IntStream.range(0, 6).map(pair::centreOf)).containsExactly(7, 9, 11, 19, 21, 23);
    }

    @Test
    void aCellBelongsToTheSmallCellThatItsCentreLiesInAndOnAnEdgeToTheLowerOne() {
        // Five rows under two: the centre of the third, 2.5 of 5, is on the edge between them.
        GridPair rows = pair(2, 1, 5, 1);

        assertThat(IntStream.range(0, 5).map(rows::smallOf)).containsExactly(0, 0, 1, 1, 1);
        // Centres of the small cells at 1.25 and 3.75 of 5.
        assertThat(IntStream.range(0, 2).map(rows::centreOf)).containsExactly(1, 3);
        // Seven columns under three: centres at 0.21, 0.64, 1.07, 1.5, 1.93, 2.36, 2.79 of 3.
        GridPair columns = pair(1, 3, 1, 7);
        assertThat(IntStream.range(0, 7).map(columns::smallOf)).containsExactly(0, 0, 1, 1, 1, 2, 2);
    }

    @Test
    void everyCellBelongsToOneSmallCellAndEachOfThoseHasTheOneAtItsCentre() {
        for (int whole = 1; whole <= LONGEST; whole++) {
            for (int small = 1; small <= whole; small++) {
                GridPair pair = pair(1, small, 1, whole);
                int[] owners = IntStream.range(0, whole).map(pair::smallOf).toArray();

                assertThat(owners).isSorted();
                assertThat(Arrays.stream(owners).distinct()).hasSize(small);
                for (int cell = 0; cell < small; cell++) {
                    assertThat(pair.smallOf(pair.centreOf(cell))).isEqualTo(cell);
                }
                assertThat(pair.cellsOf(IntStream.range(0, small).toArray())).hasSize(whole);
            }
        }
    }

    @Test
    void onlyACopyThatIsNowhereLargerIsASmallerOne() {
        assertThat(pair(1, 1, 1, 2).isSmaller()).isTrue();
        assertThat(pair(1, 1, 1, 1).isSmaller()).isFalse();
        assertThat(pair(1, 14, 2, 7).isSmaller()).isFalse();
        assertThat(pair(1, 8, 2, 7).isSmaller()).isFalse();
    }
}
