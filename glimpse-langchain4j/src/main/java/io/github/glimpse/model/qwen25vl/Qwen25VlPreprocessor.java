package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelBudget;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.ImagePreprocessor;

/**
 * Qwen2.5-VL keeps the shape of a picture: it is stretched so that both sides are multiples of an image token's side
 * and the pixels lie within a budget, and the grid of tokens follows from that ({@link PixelBudget}).
 *
 * <p>Then colours are normalised, and each patch is laid out
 * as channel, time, row, column, with the picture repeated in time. Patches follow one another token by token, tokens
 * in raster order.
 *
 * @see <a href="https://arxiv.org/abs/2502.13923">Qwen2.5-VL Technical Report, section 2.1</a>
 */
public final class Qwen25VlPreprocessor implements ImagePreprocessor {

    private static final int CHANNELS = 3;

    private final Qwen25VlPreprocessorConfig config;

    /** Makes a preprocessor with these sizes and this budget. */
    public Qwen25VlPreprocessor(Qwen25VlPreprocessorConfig config) {
        this.config = config;
    }

    @Override
    public PatchPlan plan(int width, int height) {
        PixelBudget budget =
                new PixelBudget(config.patchSize() * config.mergeSize(), config.minPixels(), config.maxPixels());
        ImageSize resized = budget.fit(width, height, config.temporalPatchSize());
        ImageGrid grid = new ImageGrid(
                resized.height() / config.patchSize(),
                resized.width() / config.patchSize(),
                config.patchSize(),
                config.mergeSize());
        return new PatchPlan(
                grid,
                resized.width(),
                resized.height(),
                0,
                0,
                (double) width / grid.columns(),
                (double) height / grid.rows());
    }

    @Override
    public boolean makesSmaller() {
        return true;
    }

    @Override
    public ImagePreprocessor withMostTokens(int tokens) {
        int factor = config.patchSize() * config.mergeSize();
        int most = (int) Math.min(config.maxPixels(), (long) tokens * factor * factor);
        return new Qwen25VlPreprocessor(config.withPixelBudget(Math.min(config.minPixels(), most), most));
    }

    @Override
    public PixelPatches preprocess(RasterImage image) {
        PatchPlan plan = plan(image.width(), image.height());
        RasterImage resized = ImageResizer.bicubic(image, plan.resizedWidth(), plan.resizedHeight());
        int patchValues = CHANNELS * config.temporalPatchSize() * config.patchSize() * config.patchSize();
        float[] values = new float[plan.grid().patchCount() * patchValues]; // [patches, patchValues]
        int merge = config.mergeSize();
        int to = 0;
        for (int row = 0; row < plan.grid().rows(); row++) {
            for (int column = 0; column < plan.grid().columns(); column++) {
                for (int part = 0; part < merge * merge; part++) {
                    int patchRow = row * merge + part / merge;
                    int patchColumn = column * merge + part % merge;
                    copyPatch(resized, patchRow, patchColumn, values, to);
                    to += patchValues;
                }
            }
        }
        return new PixelPatches(values, patchValues, plan, resized);
    }

    /** Writes one patch as {@code [channel, time, y, x]}. */
    private void copyPatch(RasterImage image, int patchRow, int patchColumn, float[] values, int start) {
        int side = config.patchSize();
        int frame = side * side;
        PixelScale scale = config.scale();
        byte[] rgb = image.rgb();
        for (int channel = 0; channel < CHANNELS; channel++) {
            int first = start + channel * config.temporalPatchSize() * frame;
            int to = first;
            for (int y = 0; y < side; y++) {
                int from = CHANNELS * ((patchRow * side + y) * image.width() + patchColumn * side) + channel;
                for (int x = 0; x < side; x++) {
                    values[to++] = scale.value(channel, rgb[from + CHANNELS * x]);
                }
            }
            for (int time = 1; time < config.temporalPatchSize(); time++) {
                System.arraycopy(values, first, values, first + time * frame, frame);
            }
        }
    }
}
