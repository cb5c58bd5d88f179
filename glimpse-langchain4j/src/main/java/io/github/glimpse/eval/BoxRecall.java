package io.github.glimpse.eval;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The share of the evidence that was kept: of the cells (image tokens) that share area with a box, those that stayed. A cell that a
 * box only touches at its border is not counted; cells of several boxes are counted once.
 */
final class BoxRecall {

    private BoxRecall() {}

    /**
     * The share.
     *
     * @param boxed size of the picture that the boxes are for; null is the picture itself
     * @param picture size of the picture
     * @return not a number if no cell shares area with a box
     */
    static double of(List<PixelArea> boxes, @Nullable ImageSize boxed, ImageSize picture, PatchPlan plan, BitSet kept) {
        BitSet wanted = new BitSet(plan.grid().tokenCount());
        double scaleX = boxed == null ? 1 : (double) picture.width() / boxed.width();
        double scaleY = boxed == null ? 1 : (double) picture.height() / boxed.height();
        for (PixelArea box : boxes) {
            PixelArea scaled =
                    new PixelArea(box.left() * scaleX, box.top() * scaleY, box.width() * scaleX, box.height() * scaleY);
            mark(wanted, scaled.clippedTo(picture), plan);
        }
        int all = wanted.cardinality();
        wanted.and(kept);
        return all == 0 ? Double.NaN : (double) wanted.cardinality() / all;
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
