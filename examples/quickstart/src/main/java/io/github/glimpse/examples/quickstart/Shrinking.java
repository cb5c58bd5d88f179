package io.github.glimpse.examples.quickstart;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.RasterImage;
import org.jspecify.annotations.Nullable;

/** Whether a picture was made smaller before the model looked at it: what was small on it cannot be read any more. */
final class Shrinking {

    private Shrinking() {}

    /**
     * From what size to what size, or null if the picture only lost or gained a border to have whole tokens, or was enlarged.
     *
     * @param plan how the picture was cut into tokens
     */
    static @Nullable String of(RasterImage original, PatchPlan plan) {
        ImageGrid grid = plan.grid();
        int token = grid.patchSize() * grid.mergeSize();
        double across = token / plan.tokenWidth();
        double down = token / plan.tokenHeight();
        long width = Math.round(original.width() * across);
        long height = Math.round(original.height() * down);
        boolean rounded = original.width() - width <= token / 2 && original.height() - height <= token / 2;
        return rounded
                ? null
                : "from " + original.width() + " x " + original.height() + " to " + width + " x " + height
                        + " pixels, as the model takes it";
    }
}
