package io.github.glimpse.eval;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The share of the evidence that was kept: of the cells (image tokens) that share area with a box, those that stayed. A cell that a
 * box only touches at its border is not counted; cells of several boxes are counted once. Where a picture is seen in tiles and as a whole, the cells of all count.
 */
final class BoxRecall {

    private BoxRecall() {}

    /**
     * The share.
     *
     * @param boxed size of the picture that the boxes are for; null is the picture itself
     * @param picture size of the picture
     * @param units the tiles of the picture, or itself
     * @return not a number if no cell shares area with a box
     */
    static double of(List<PixelArea> boxes, @Nullable ImageSize boxed, ImageSize picture, List<TokenMask> units) {
        int all = 0;
        int stayed = 0;
        for (TokenMask unit : units) {
            BitSet wanted = wanted(boxes, boxed, picture, Objects.requireNonNull(unit.plan()));
            all += wanted.cardinality();
            wanted.and(unit.kept());
            stayed += wanted.cardinality();
        }
        return all == 0 ? Double.NaN : (double) stayed / all;
    }

    private static BitSet wanted(List<PixelArea> boxes, @Nullable ImageSize boxed, ImageSize picture, PatchPlan plan) {
        BitSet wanted = new BitSet(plan.grid().tokenCount());
        double scaleX = boxed == null ? 1 : (double) picture.width() / boxed.width();
        double scaleY = boxed == null ? 1 : (double) picture.height() / boxed.height();
        for (PixelArea box : boxes) {
            PixelArea scaled =
                    new PixelArea(box.left() * scaleX, box.top() * scaleY, box.width() * scaleX, box.height() * scaleY);
            mark(wanted, scaled.clippedTo(picture), plan);
        }
        return wanted;
    }

    private static void mark(BitSet wanted, PixelArea box, PatchPlan plan) {
        if (box.isEmpty()) {
            return;
        }
        for (int token = 0; token < plan.grid().tokenCount(); token++) {
            PixelArea cell = plan.area(token);
            if (cell.left() < box.right()
                    && box.left() < cell.right()
                    && cell.top() < box.bottom()
                    && box.top() < cell.bottom()) {
                wanted.set(token);
            }
        }
    }
}
