package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoxRecallTest {

    /** Four by four cells of ten pixels. */
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(4, 4, 10, 1), 40, 40, 0, 0, 10, 10);

    private static final ImageSize PICTURE = new ImageSize(40, 40);

    private static double recall(PixelArea box, int... kept) {
        BitSet set = new BitSet();
        for (int token : kept) {
            set.set(token);
        }
        return BoxRecall.of(List.of(box), null, PICTURE, List.of(new TokenMask(PLAN, set)));
    }

    @Test
    void countsTheCellsThatShareAreaWithABox() {
        // From 5 to 25 across and 5 to 15 down: columns 0 to 2, rows 0 and 1
        assertThat(recall(new PixelArea(5, 5, 20, 10), 0, 1, 15)).isEqualTo(2 / 6.0);
    }

    @Test
    void leavesOutACellThatIsTouchedAtItsBorderOnly() {
        assertThat(recall(new PixelArea(10, 10, 10, 10), 5)).isEqualTo(1);
    }

    @Test
    void countsACellOfTwoBoxesOnce() {
        BitSet kept = new BitSet();
        kept.set(0);
        List<PixelArea> boxes = List.of(new PixelArea(0, 0, 10, 10), new PixelArea(0, 0, 20, 10));
        assertThat(BoxRecall.of(boxes, null, PICTURE, List.of(new TokenMask(PLAN, kept))))
                .isEqualTo(0.5);
    }

    @Test
    void scalesBoxesOfACopyOfAnotherSize() {
        BitSet kept = new BitSet();
        kept.set(5);
        List<PixelArea> boxes = List.of(new PixelArea(100, 100, 100, 100));
        assertThat(BoxRecall.of(boxes, new ImageSize(400, 400), PICTURE, List.of(new TokenMask(PLAN, kept))))
                .isEqualTo(1);
    }

    @Test
    void countsTheCellsOfTheTilesAndOfTheWhole() {
        // The right lower quarter as a tile of four by four cells, and the whole as two by two.
        PatchPlan tile = new PatchPlan(new ImageGrid(4, 4, 5, 1), 20, 20, 20, 20, 5, 5);
        PatchPlan whole = new PatchPlan(new ImageGrid(2, 2, 10, 1), 20, 20, 0, 0, 20, 20);
        List<TokenMask> units = List.of(TokenMask.of(tile, new int[] {5, 6}), TokenMask.of(whole, new int[] {3}));

        // Of the tile cells 5, 6, 9 and 10, of the whole its last.
        assertThat(BoxRecall.of(List.of(new PixelArea(25, 25, 10, 10)), null, PICTURE, units))
                .isEqualTo(3 / 5.0);
        assertThat(BoxRecall.of(List.of(new PixelArea(0, 0, 5, 5)), null, PICTURE, units))
                .isZero();
    }

    @Test
    void knowsNothingWhereNoCellIsMarked() {
        assertThat(recall(new PixelArea(50, 50, 10, 10), 0)).isNaN();
        assertThat(recall(new PixelArea(5, 5, 0, 0), 0)).isNaN();
    }
}
