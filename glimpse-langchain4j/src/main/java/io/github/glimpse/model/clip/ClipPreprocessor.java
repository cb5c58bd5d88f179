package io.github.glimpse.model.clip;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageCanvas;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchLayout;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.ImagePreprocessor;
import io.github.glimpse.model.PreprocessorFile;
import java.util.List;

/**
 * Gives every picture the same size, as CLIP, LLaVA-1.5, BLIP and SigLIP want it, so that each has the same number of image
 * tokens, one per patch.
 *
 * <p>With {@link ImageAspect#PAD} the picture first lies in the middle of a square in the mean colour, {@code int(mean
 * * 255)}. Then the shorter side is resized to the stated size and the longer one in proportion, rounded down, and the
 * middle is cut out; an odd row or column goes at the far end, in padding and in cropping. Then colours are
 * normalised. Patches follow one another in raster order, each laid out as channel, row, column.
 *
 * @see <a href="https://arxiv.org/abs/2310.03744">Improved Baselines with Visual Instruction Tuning, section 3</a>
 */
public final class ClipPreprocessor implements ImagePreprocessor {

    private static final int CHANNELS = 3;
    private static final int MOST_LEVEL = 255;

    /**
     * Ours, not the reference's: beyond it the picture would be less than two pixels high, or mostly out of the crop.
     */
    private static final int MOST_ASPECT = 200;

    private final ClipPreprocessorConfig config;
    private final ImageAspect aspect;
    private final ImageGrid grid;

    /**
     * Makes a preprocessor.
     *
     * @param config from the model folder
     * @param patchSize side of a patch in pixels, from the vision config
     * @param aspect what to do with pictures that are not square
     * @throws ModelFilesException if the crop is no multiple of the patch size
     */
    public ClipPreprocessor(ClipPreprocessorConfig config, int patchSize, ImageAspect aspect) {
        this(config, patchSize, 0, aspect);
    }

    /**
     * Makes a preprocessor for a tower. Its picture may be no multiple of the patch size, as that of SigLIP with 384 pixels and
     * patches of 14: then the tower's convolution ignores the last columns and rows, and they are in no patch here.
     *
     * @param config from the model folder
     * @param tower from the vision config
     * @param aspect what to do with pictures that are not square
     * @throws ModelFilesException if the file makes other pictures than the tower has places for
     */
    public ClipPreprocessor(ClipPreprocessorConfig config, ClipConfig tower, ImageAspect aspect) {
        this(config, tower.patchSize(), tower.imageSize(), aspect);
        // A smaller picture would silently get the first places of the tower's table in some of the references.
        if (grid.rows() != tower.side() || grid.columns() != tower.side()) {
            throw new ModelFilesException(PreprocessorFile.NAME + " makes pictures of " + config.cropWidth() + " x "
                    + config.cropHeight() + " pixels, " + grid.columns() + " x " + grid.rows()
                    + " patches, but config.json has \"image_size\": " + tower.imageSize() + " and \"patch_size\": "
                    + tower.patchSize() + " in its vision_config, " + tower.side() + " x " + tower.side()
                    + "; take both files of the same model's repository");
        }
        if (tower.channels() != CHANNELS) {
            throw new ModelFilesException("config.json has \"num_channels\": " + tower.channels()
                    + " in its vision_config, but pictures have " + CHANNELS
                    + " colours; take the file of the model's repository again");
        }
    }

    private ClipPreprocessor(ClipPreprocessorConfig config, int patchSize, int imageSize, ImageAspect aspect) {
        if (patchSize < 1
                || !fits(config.cropWidth(), patchSize, imageSize)
                || !fits(config.cropHeight(), patchSize, imageSize)) {
            throw new ModelFilesException(
                    "The vision config has \"patch_size\": " + patchSize + ", but "
                            + PreprocessorFile.NAME + " crops to " + config.cropWidth() + " x " + config.cropHeight()
                            + " (crop_size or size), which cannot be cut into such patches; check that the files belong together");
        }
        this.config = config;
        this.aspect = aspect;
        grid = new ImageGrid(config.cropHeight() / patchSize, config.cropWidth() / patchSize, patchSize, 1);
    }

    private static boolean fits(int side, int patchSize, int imageSize) {
        return side % patchSize == 0 || (side == imageSize && side > patchSize);
    }

    /** The canvas on which a picture lies, the size to which that is resized, and the part that stays. */
    private record Steps(ImageCanvas canvas, int width, int height, CropWindow window) {}

    private Steps steps(int width, int height) {
        int longSide = Math.max(width, height);
        int shortSide = Math.min(width, height);
        if (shortSide < 1 || (double) longSide / shortSide > MOST_ASPECT) {
            throw new InvalidImageException("The image has " + width + " x " + height
                    + " pixels; one side may be at most " + MOST_ASPECT + " times the other: cut it into parts");
        }
        ImageSize size = new ImageSize(width, height);
        ImageCanvas canvas =
                switch (aspect) {
                    case AUTO, PAD -> ImageCanvas.square(size, level(0), level(1), level(2));
                    case CROP -> new ImageCanvas(width, height, 0, 0, 0, 0, 0);
                };
        int resizedWidth = config.resizedWidth();
        int resizedHeight = config.resizedHeight();
        if (config.shortSide() > 0) {
            boolean upright = canvas.width() <= canvas.height();
            resizedWidth = upright ? config.shortSide() : proportional(canvas.width(), canvas.height());
            resizedHeight = upright ? proportional(canvas.height(), canvas.width()) : config.shortSide();
        }
        CropWindow window = CropWindow.centre(resizedWidth, resizedHeight, config.cropWidth(), config.cropHeight());
        return new Steps(canvas, resizedWidth, resizedHeight, window);
    }

    private int level(int channel) {
        return (int) (config.imageMeans().get(channel) * MOST_LEVEL);
    }

    private int proportional(int longSide, int shortSide) {
        return (int) ((double) ((long) config.shortSide() * longSide) / shortSide);
    }

    @Override
    public PatchPlan plan(int width, int height) {
        return plan(steps(width, height));
    }

    private PatchPlan plan(Steps steps) {
        double scaleX = (double) steps.canvas().width() / steps.width();
        double scaleY = (double) steps.canvas().height() / steps.height();
        return new PatchPlan(
                grid,
                config.cropWidth(),
                config.cropHeight(),
                steps.window().left() * scaleX - steps.canvas().left(),
                steps.window().top() * scaleY - steps.canvas().top(),
                grid.patchSize() * scaleX,
                grid.patchSize() * scaleY);
    }

    @Override
    public PixelPatches preprocess(RasterImage image) {
        Steps steps = steps(image.width(), image.height());
        RasterImage resized = ImageResizer.resize(
                image, steps.canvas(), steps.width(), steps.height(), steps.window(), config.filter());
        return new PatchLayout(grid.patchSize(), 1, 1, config.scale()).cut(plan(steps), List.of(resized));
    }
}
