package io.github.glimpse.image;

/**
 * A picture as the vision tower takes it: normalised values, patch by patch. The array is not copied; who has the
 * patches must not write to it.
 *
 * @param values {@code [patches, patchValues]}, in the order of patches and values that the family defines; of a unit that the
 *     tower sees as several pictures, one behind the other
 * @param patchValues numbers per patch
 * @param plan how the picture was cut
 * @param resized the picture that was cut, before it was normalised
 * @param views pictures that the tower sees for this one unit: 1, or any number of patches that its grid does not tell
 */
@SuppressWarnings("ArrayRecordComponent") // too large to compare or copy; equality is that of the object
public record PixelPatches(float[] values, int patchValues, PatchPlan plan, RasterImage resized, int views) {

    public PixelPatches {
        if (patchValues < 1 || views < 1 || values.length % ((long) views * patchValues) != 0) {
            throw new IllegalArgumentException(
                    values.length + " values are not " + views + " views of patches of " + patchValues + " values");
        }
        if (views == 1 && values.length != (long) plan.grid().patchCount() * patchValues) {
            throw new IllegalArgumentException(plan.grid().patchCount() + " patches of " + patchValues
                    + " values are not " + values.length + " values");
        }
        if (resized.width() != plan.resizedWidth() || resized.height() != plan.resizedHeight()) {
            throw new IllegalArgumentException(resized + " is not the picture of " + plan);
        }
    }

    /** A unit that the tower sees as one picture. */
    public PixelPatches(float[] values, int patchValues, PatchPlan plan, RasterImage resized) {
        this(values, patchValues, plan, resized, 1);
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
