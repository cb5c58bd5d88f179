package io.github.glimpse.image;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A picture as the vision tower takes it: normalised values, patch by patch. The array is not copied; who has the
 * patches must not write to it.
 *
 * @param values {@code [patches, patchValues]}, in the order of patches and values that the family defines; of a unit of tiles, tile
 *     by tile
 * @param patchValues numbers per patch
 * @param plan how the picture was cut
 * @param resized the picture that was cut, before it was normalised; of a unit of tiles all of them, one below the other
 * @param tiles which the tower sees for this one unit; null if it sees the unit itself
 */
@SuppressWarnings("ArrayRecordComponent") // too large to compare or copy; equality is that of the object
public record PixelPatches(
        float[] values,
        int patchValues,
        PatchPlan plan,
        RasterImage resized,
        @Nullable TileGrid tiles) {

    public PixelPatches {
        int patches = tiles == null ? plan.grid().patchCount() : tiles.patchCount();
        if (patchValues < 1 || values.length != (long) patches * patchValues) {
            throw new IllegalArgumentException(
                    patches + " patches of " + patchValues + " values are not " + values.length + " values");
        }
        if (tiles == null && (resized.width() != plan.resizedWidth() || resized.height() != plan.resizedHeight())) {
            throw new IllegalArgumentException(resized + " is not the picture of " + plan);
        }
    }

    /** A unit that the tower sees itself. */
    public PixelPatches(float[] values, int patchValues, PatchPlan plan, RasterImage resized) {
        this(values, patchValues, plan, resized, null);
    }

    /** The same pixels as tiles of a unit whose tokens lie otherwise. */
    public PixelPatches shownIn(TileGrid grid, PatchPlan unit) {
        return new PixelPatches(values, patchValues, unit, resized, grid);
    }

    /** One tile of a unit of tiles, as a picture of its own. */
    public PixelPatches tile(int number) {
        TileGrid grid = Objects.requireNonNull(tiles, "no tiles");
        int size = values.length / grid.count();
        int side = resized.width();
        ImageGrid patches = new ImageGrid(grid.side(), grid.side(), plan.grid().patchSize(), 1);
        return new PixelPatches(
                Arrays.copyOfRange(values, number * size, (number + 1) * size),
                patchValues,
                new PatchPlan(patches, side, side, 0, 0, 1, 1),
                PictureCrop.of(resized, new CropWindow(0, number * side, side, side)));
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
