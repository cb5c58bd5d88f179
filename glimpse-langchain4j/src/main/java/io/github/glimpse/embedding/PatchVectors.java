package io.github.glimpse.embedding;

import io.github.glimpse.image.PatchPlan;

/**
 * Vectors of the patches of one picture that stayed, in the space of the texts' vectors: for stores that keep several vectors of a
 * picture.
 *
 * @param plan how the picture was cut into patches
 * @param kept rising indices of the patches, in raster order
 * @param vectors one of length 1 for each of them
 */
public record PatchVectors(PatchPlan plan, int[] kept, float[][] vectors) {

    @Override
    public String toString() {
        return "PatchVectors[" + kept.length + " of " + plan.grid().tokenCount() + " patches]";
    }
}
