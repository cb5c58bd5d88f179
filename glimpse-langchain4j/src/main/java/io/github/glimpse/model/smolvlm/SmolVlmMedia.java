package io.github.glimpse.model.smolvlm;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchLayout;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PictureCrop;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.SquareFrames;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.TokenUnit.Kind;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.PreprocessorFile;
import io.github.glimpse.model.TokenRun;
import io.github.glimpse.model.VideoSlices;
import io.github.glimpse.model.VideoText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A picture is resized to multiples of a tile's side and cut into tiles, behind which the whole of it follows as one more tile;
 * text between them tells which is which. Each tile is a unit. A frame of a video is one tile, with the time before it.
 *
 * @see <a href="https://arxiv.org/abs/2408.12637">Idefics3, section 3</a>
 */
final class SmolVlmMedia implements MediaRule {

    private static final String AROUND = "<fake_token_around_image>";
    private static final String WHOLE = "<global-img>";

    /** What templates write for a video: no token of its own. */
    static final String VIDEO = "<video>";

    private final SmolVlmConfig config;
    private final SmolVlmPreprocessorConfig pictures;
    private final String imageToken;
    private final boolean takesVideos;
    private final ImageGrid grid;
    private final PatchLayout layout;

    /**
     * Makes the rule of a model.
     *
     * @param imageToken how the image token is spelled
     * @param takesVideos whether videos are taken
     * @throws ModelFilesException if the file makes other pictures than the tower has places for
     */
    SmolVlmMedia(SmolVlmConfig config, SmolVlmPreprocessorConfig pictures, String imageToken, boolean takesVideos) {
        this.config = config;
        this.pictures = pictures;
        this.imageToken = imageToken;
        this.takesVideos = takesVideos;
        int patch = config.vision().patchSize();
        int side = pictures.tileSide() / patch;
        // A smaller picture would be given other places of the tower's table than raster order.
        if (side != config.vision().side()) {
            throw new ModelFilesException(PreprocessorFile.NAME + " makes tiles of " + pictures.tileSide() + " pixels, "
                    + side + " patches in a row, but the tower of config.json has places for "
                    + config.vision().side()
                    + " (vision_config: image_size, patch_size); take both files of the same model's repository");
        }
        this.grid = new ImageGrid(side, side, patch, config.merge());
        this.layout = new PatchLayout(patch, 1, config.merge(), pictures.scale());
    }

    @Override
    public MediaPlaceholder imagePlaceholder() {
        return MediaPlaceholder.of(config.imageToken());
    }

    @Override
    public @Nullable MediaPlaceholder videoPlaceholder() {
        return takesVideos ? new MediaPlaceholder(config.imageToken(), VIDEO) : null;
    }

    @Override
    public @Nullable FrameSampling frameSampling() {
        return takesVideos ? pictures.sampling() : null;
    }

    @Override
    public MediaPlan plan(ImageSize size, int count) {
        TileSizes sizes = TileSizes.of(size, pictures);
        List<TokenUnit> units = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < sizes.rows(); row++) {
            for (int column = 0; column < sizes.columns(); column++) {
                units.add(TokenUnit.tile(row, column, tile(size, sizes.second(), row, column)));
                text.append(AROUND)
                        .append("<row_" + (row + 1) + "_col_" + (column + 1) + ">")
                        .append(imageToken);
            }
            text.append('\n');
        }
        units.add(TokenUnit.of(Kind.GLOBAL, whole(size)));
        text.append(sizes.rows() > 0 ? "\n" : "").append(shownWhole());
        return new MediaPlan(units, Collections.nCopies(units.size(), TokenRun.of(grid)), text.toString());
    }

    private String shownWhole() {
        return AROUND + WHOLE + imageToken + AROUND;
    }

    private PatchPlan whole(ImageSize size) {
        return tile(size, new ImageSize(pictures.tileSide(), pictures.tileSide()), 0, 0);
    }

    /** A tile of a picture that was resized to {@code resized}. */
    private PatchPlan tile(ImageSize size, ImageSize resized, int row, int column) {
        int side = pictures.tileSide();
        int token = grid.patchSize() * grid.mergeSize();
        double scaleX = (double) size.width() / resized.width();
        double scaleY = (double) size.height() / resized.height();
        return new PatchPlan(
                grid, side, side, column * side * scaleX, row * side * scaleY, token * scaleX, token * scaleY);
    }

    @Override
    public IntFunction<PixelPatches> pixels(RasterImage image, int count) {
        TileSizes sizes = TileSizes.of(image.size(), pictures);
        RasterImage cut = resized(resized(image, sizes.first()), sizes.second());
        List<TokenUnit> units = plan(image.size(), count).units();
        int side = pictures.tileSide();
        return number -> {
            TokenUnit unit = units.get(number);
            RasterImage seen = unit.kind() == Kind.GLOBAL
                    ? resized(cut, new ImageSize(side, side))
                    : PictureCrop.of(cut, new CropWindow(unit.column() * side, unit.row() * side, side, side));
            return layout.cut(unit.plan(), List.of(seen));
        };
    }

    private RasterImage resized(RasterImage image, ImageSize size) {
        return ImageResizer.resize(image, size.width(), size.height(), pictures.filter());
    }

    @Override
    public MediaPlan plan(ImageSize frame, VideoTimes times) {
        requireVideos();
        VideoSlices slices = new VideoSlices(times, 1);
        return new MediaPlan(
                slices.units(whole(frame)),
                Collections.nCopies(slices.count(), TokenRun.of(grid)),
                VideoText.captioned(times, shownWhole()));
    }

    @Override
    public IntFunction<PixelPatches> pixels(IntFunction<RasterImage> frames, VideoTimes times) {
        requireVideos();
        SquareFrames squares = new SquareFrames(pictures.tileSide(), true);
        return number -> {
            RasterImage frame = frames.apply(number);
            RasterImage seen = frame;
            for (ImageSize size : squares.of(frame.size(), times.count())) {
                seen = resized(seen, size);
            }
            return layout.cut(whole(frame.size()), List.of(seen));
        };
    }

    private void requireVideos() {
        if (!takesVideos) {
            throw MediaRule.noVideo();
        }
    }
}
