package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.ImagePreprocessor;

/**
 * Qwen2.5-VL keeps the shape of a picture: it is stretched so that both sides are multiples of an image token's side
 * and the pixels lie within a budget, and the grid of tokens follows from that.
 *
 * <p>Sides are rounded to the nearest multiple, halves to the even one. If that is over the budget, both are shrunk by
 * the same factor and rounded down; if under, enlarged and rounded up. No side becomes less than one token, even where
 * the reference would refuse the picture or give it no token. Then colours are normalised, and each patch is laid out
 * as channel, time, row, column, with the picture repeated in time. Patches follow one another token by token, tokens
 * in raster order.
 *
 * @see <a href="https://arxiv.org/abs/2502.13923">Qwen2.5-VL Technical Report, section 2.1</a>
 */
public final class Qwen25VlPreprocessor implements ImagePreprocessor {

    private static final int CHANNELS = 3;

    /** Longer pictures are refused, as by the reference. */
    private static final int MOST_ASPECT = 200;

    private final Qwen25VlPreprocessorConfig config;

    /** Makes a preprocessor with these sizes and this budget. */
    public Qwen25VlPreprocessor(Qwen25VlPreprocessorConfig config) {
        this.config = config;
    }

    @Override
    public PatchPlan plan(int width, int height) {
        int longSide = Math.max(width, height);
        int shortSide = Math.min(width, height);
        if (shortSide < 1 || (double) longSide / shortSide > MOST_ASPECT) {
            throw new InvalidImageException("The image has " + width + " x " + height
                    + " pixels; one side may be at most " + MOST_ASPECT + " times the other: cut it into parts");
        }
        int factor = config.patchSize() * config.mergeSize();
        long resizedWidth = nearest(width, factor);
        long resizedHeight = nearest(height, factor);
        double pixels = (double) width * height;
        if (resizedWidth * resizedHeight > config.maxPixels()) {
            double shrink = Math.sqrt(pixels / config.maxPixels());
            resizedWidth = atLeastOne(Math.floor(width / shrink / factor), factor);
            resizedHeight = atLeastOne(Math.floor(height / shrink / factor), factor);
        } else if (resizedWidth * resizedHeight < config.minPixels()) {
            double enlarge = Math.sqrt(config.minPixels() / pixels);
            resizedWidth = atLeastOne(Math.ceil(width * enlarge / factor), factor);
            resizedHeight = atLeastOne(Math.ceil(height * enlarge / factor), factor);
        }
        checkFitsArray(width, height, resizedWidth * resizedHeight);
        ImageGrid grid = new ImageGrid(
                (int) resizedHeight / config.patchSize(),
                (int) resizedWidth / config.patchSize(),
                config.patchSize(),
                config.mergeSize());
        return new PatchPlan(
                grid,
                (int) resizedWidth,
                (int) resizedHeight,
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

    /** May be 0, which is below any budget: such a picture is enlarged. */
    private static long nearest(int side, int factor) {
        return (long) Math.rint((double) side / factor) * factor;
    }

    private static long atLeastOne(double multiples, int factor) {
        return Math.max(1, (long) multiples) * factor;
    }

    private void checkFitsArray(int width, int height, long resizedPixels) {
        long values = resizedPixels * CHANNELS * config.temporalPatchSize();
        if (values > Integer.MAX_VALUE - Byte.SIZE) {
            throw new InvalidImageException("The image of " + width + " x " + height + " pixels becomes " + values
                    + " values, the limit is 2147483639; send a smaller one or lower max_pixels");
        }
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
