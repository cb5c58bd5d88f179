package io.github.glimpse.prefill;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.nn.CancellationPoint;
import java.util.function.Function;

/**
 * A picture of a request that may never have to be decoded.
 *
 * @param bytes its file
 * @param plan how it will be cut into patches
 * @param wholePlan how it would be cut if a step at {@code pixels} did not make it smaller
 * @param reader decodes it and cuts it into patches
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record PictureFile(
        byte[] bytes, PatchPlan plan, PatchPlan wholePlan, Function<CancellationPoint, PixelPatches> reader) {

    /** Whether it was made smaller to have fewer tokens. */
    boolean isShrunk() {
        return !plan.equals(wholePlan);
    }
}
