package io.github.glimpse.image;

import java.util.List;

/**
 * How resized pictures become patches of a tower that reads some frames at once and joins squares of patches to image tokens.
 * Patches follow one another token by token, tokens in raster order; a patch is laid out as channel, frame, row, column.
 *
 * @param patchSize side of a patch, in pixels
 * @param frames frames of a patch; a still picture is there so many times
 * @param mergeSize patches along a side of an image token
 * @param scale how colour levels become numbers
 */
public record PatchLayout(int patchSize, int frames, int mergeSize, PixelScale scale) {

    /** Side of an image token, in pixels. */
    public int tokenSide() {
        return patchSize * mergeSize;
    }

    /**
     * How a picture is cut that is stretched to a size.
     *
     * @param original as it was sent
     * @param resized of sides that are multiples of {@link #tokenSide}
     */
    public PatchPlan plan(ImageSize original, ImageSize resized) {
        ImageGrid grid = new ImageGrid(resized.height() / patchSize, resized.width() / patchSize, patchSize, mergeSize);
        return new PatchPlan(
                grid,
                resized.width(),
                resized.height(),
                0,
                0,
                (double) original.width() / grid.columns(),
                (double) original.height() / grid.rows());
    }

    /**
     * Cuts what the tower reads at once.
     *
     * @param resized as many as {@link #frames}, each of the plan's size; one that follows itself is the same object
     */
    public PixelPatches cut(PatchPlan plan, List<RasterImage> resized) {
        if (resized.size() != frames) {
            throw new IllegalArgumentException("A patch has " + frames + " frames, not " + resized.size());
        }
        int patchValues = RasterImage.CHANNELS * frames * patchSize * patchSize;
        float[] values = new float[plan.grid().patchCount() * patchValues]; // [patches, patchValues]
        int to = 0;
        for (int row = 0; row < plan.grid().rows(); row++) {
            for (int column = 0; column < plan.grid().columns(); column++) {
                for (int part = 0; part < mergeSize * mergeSize; part++) {
                    int patchRow = row * mergeSize + part / mergeSize;
                    int patchColumn = column * mergeSize + part % mergeSize;
                    copyPatch(resized, patchRow, patchColumn, values, to);
                    to += patchValues;
                }
            }
        }
        return new PixelPatches(values, patchValues, plan, resized.get(0));
    }

    /** Writes one patch as {@code [channel, frame, y, x]}. */
    @SuppressWarnings("ReferenceEquality") // a picture that is there again, not one like it
    private void copyPatch(List<RasterImage> images, int patchRow, int patchColumn, float[] values, int start) {
        int size = patchSize * patchSize;
        for (int channel = 0; channel < RasterImage.CHANNELS; channel++) {
            for (int frame = 0; frame < frames; frame++) {
                int to = start + (channel * frames + frame) * size;
                if (frame > 0 && images.get(frame) == images.get(frame - 1)) {
                    System.arraycopy(values, to - size, values, to, size);
                } else {
                    copySquare(images.get(frame), channel, patchRow, patchColumn, values, to);
                }
            }
        }
    }

    private void copySquare(RasterImage image, int channel, int patchRow, int patchColumn, float[] values, int start) {
        byte[] rgb = image.rgb();
        int to = start;
        for (int y = 0; y < patchSize; y++) {
            int from = RasterImage.CHANNELS * ((patchRow * patchSize + y) * image.width() + patchColumn * patchSize)
                    + channel;
            for (int x = 0; x < patchSize; x++) {
                values[to++] = scale.value(channel, rgb[from + RasterImage.CHANNELS * x]);
            }
        }
    }
}
