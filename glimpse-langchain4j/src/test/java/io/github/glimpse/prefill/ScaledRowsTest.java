package io.github.glimpse.prefill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.ScaledRows.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where rows of two scales stand, by tables made by hand. */
class ScaledRowsTest {

    /** Text, a picture of 3 x 4 tokens, text, one of 1 x 1, text. */
    private static final int[] IDS = {1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 2, 9, 3};

    private static final long[][] PLACES = {
        {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 6, 7},
        {0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 5, 6, 7},
        {0, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7}
    };

    private static final PromptLayout WHOLE = new PromptLayout(
            IDS, List.of(new ImageSpan(1, 12), new ImageSpan(14, 1)), new int[0], new Positions(PLACES, 8));

    /** The first has a copy of 1 x 2 cells, the second none. */
    private static final List<GridPair> GRIDS =
            List.of(new GridPair(grid(1, 2), grid(3, 4)), new GridPair(grid(1, 1), grid(1, 1)));

    private static ImageGrid grid(int rows, int columns) {
        return new ImageGrid(2 * rows, 2 * columns, 14, 2);
    }

    @Test
    void aSmallCellStandsAtTheCellOverItsCentreAndTextWhereItStandsBesideTheWhole() {
        ScaledRows coarse = ScaledRows.coarse(WHOLE, GRIDS);

        Positions places = WHOLE.positions().keep(coarse.origins());
        assertThat(coarse.smallCells()).containsExactly(-1, 0, 1, -1, -1, -1);
        assertThat(places.rows()[0]).containsExactly(0, 1, 1, 5, 6, 7);
        assertThat(places.rows()[1]).containsExactly(0, 2, 2, 5, 6, 7);
        assertThat(places.rows()[2]).containsExactly(0, 2, 4, 5, 6, 7);
        assertThat(places.next()).isEqualTo(8);
        assertThat(coarse.blocks()).containsExactly(new Block(0, true, 1, 2), new Block(1, false, 4, 1));
    }

    @Test
    void keptCellsFollowTheSmallPictureAtTheirOwnPlaces() {
        ScaledRows rows = ScaledRows.of(WHOLE, GRIDS, List.of(new int[] {2, 3, 11}, new int[] {0}));

        Positions places = WHOLE.positions().keep(rows.origins());
        assertThat(rows.smallCells()).containsExactly(-1, 0, 1, -1, -1, -1, -1, -1, -1);
        assertThat(places.rows()[0]).containsExactly(0, 1, 1, 1, 1, 1, 5, 6, 7);
        assertThat(places.rows()[1]).containsExactly(0, 2, 2, 1, 1, 3, 5, 6, 7);
        assertThat(places.rows()[2]).containsExactly(0, 2, 4, 3, 4, 4, 5, 6, 7);
        assertThat(rows.blocks())
                .containsExactly(new Block(0, true, 1, 2), new Block(0, false, 3, 3), new Block(1, false, 7, 1));
        assertThat(rows.commonWith(ScaledRows.coarse(WHOLE, GRIDS))).isEqualTo(3);
    }

    @Test
    void whatIsShownAsAWholeIsShownOnce() {
        int[] every = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
        ScaledRows rows = ScaledRows.of(WHOLE, GRIDS, List.of(every, new int[] {0}));

        assertThat(rows.origins()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        assertThat(rows.smallCells()).containsOnly(-1);
        assertThat(rows.commonWith(ScaledRows.coarse(WHOLE, GRIDS))).isEqualTo(1);
    }

    @Test
    void nothingKeptIsTheCoarsePassAgain() {
        ScaledRows coarse = ScaledRows.coarse(WHOLE, GRIDS);
        ScaledRows rows = ScaledRows.of(WHOLE, GRIDS, List.of(new int[0], new int[] {0}));

        assertThat(rows.commonWith(coarse)).isEqualTo(coarse.count()).isEqualTo(rows.count());
    }
}
