package io.github.glimpse.image;

/**
 * A picture as the vision tower takes it: normalised values, patch by patch. The array is not copied; who has the
 * patches must not write to it.
 *
 * @param values {@code [patches, patchValues]}, in the order of patches and values that the family defines
 * @param patchValues numbers per patch
 * @param plan how the picture was cut
 * @param resized the picture that was cut, before it was normalised
 */
@SuppressWarnings("ArrayRecordComponent") // too large to compare or copy; equality is that of the object
public record PixelPatches(float[] values, int patchValues, PatchPlan plan, RasterImage resized) {

    public PixelPatches {
        if (patchValues < 1 || values.length != (long) plan.grid().patchCount() * patchValues) {
            throw new IllegalArgumentException(plan.grid().patchCount() + " patches of " + patchValues
                    + " values are not " + values.length + " values");
        }
        if (resized.width() != plan.resizedWidth() || resized.height() != plan.resizedHeight()) {
            throw new IllegalArgumentException(resized + " is not the picture of " + plan);
        }
    }

    /**
     * The values of some tokens, whose patches lie together.
     *
     * @param tokens rising numbers in raster order of the token grid
     * @return {@code [tokens * patches of a token, patchValues]}; the array of all values where all tokens are wanted
     */
    public float[] valuesOf(int[] tokens) {
        if (tokens.length == plan.grid().tokenCount()) {
            return values;
        }
        int size = plan.grid().mergeSize() * plan.grid().mergeSize() * patchValues;
        float[] some = new float[tokens.length * size];
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(values, tokens[i] * size, some, i * size, size);
        }
        return some;
    }
}
