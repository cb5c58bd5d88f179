package io.github.glimpse.model.llava;

import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageCanvas;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchLayout;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.TileGrid;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.TokenUnit.Kind;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.TokenRun;
import io.github.glimpse.model.VideoSlices;
import io.github.glimpse.model.clip.ClipConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A picture is seen whole, squashed into a square, and then on tiles of the size that fits it best; each row of tokens of the tiles
 * ends with a newline row.
 *
 * <p>In LLaVA-OneVision that is so for one picture in a prompt. Of several each is padded to a square, with one newline row behind;
 * and frames of a video are squares whose tokens are halved in both directions, with one newline row behind them all.
 */
final class TiledMedia implements MediaRule {

    private static final int MOST_LEVEL = 255;

    private final MediaPlaceholder imagePlaceholder;
    private final @Nullable MediaPlaceholder videoPlaceholder;
    private final TiledConfig config;
    private final TiledConfig frames;
    private final boolean squaresSeveral;
    private final ImageGrid square;
    private final PatchLayout layout;
    private final PatchLayout frameLayout;

    /**
     * Makes the rule of a model.
     *
     * @param config of pictures
     * @param frames of frames of videos
     * @param squaresSeveral whether several pictures of a prompt are seen without tiles
     * @param videoPlaceholder what stands for a video, null if none are taken
     */
    TiledMedia(
            MediaPlaceholder imagePlaceholder,
            @Nullable MediaPlaceholder videoPlaceholder,
            TiledConfig config,
            TiledConfig frames,
            ClipConfig vision,
            boolean squaresSeveral) {
        this.imagePlaceholder = imagePlaceholder;
        this.videoPlaceholder = videoPlaceholder;
        this.config = config;
        this.frames = frames;
        this.squaresSeveral = squaresSeveral;
        this.square = new ImageGrid(vision.side(), vision.side(), vision.patchSize(), 1);
        this.layout = new PatchLayout(vision.patchSize(), 1, 1, config.scale());
        this.frameLayout = new PatchLayout(vision.patchSize(), 1, 1, frames.scale());
    }

    @Override
    public MediaPlaceholder imagePlaceholder() {
        return imagePlaceholder;
    }

    @Override
    public @Nullable MediaPlaceholder videoPlaceholder() {
        return videoPlaceholder;
    }

    private PinpointTiles fit(ImageSize size) {
        return PinpointTiles.of(size, config.pinpoints(), config.side(), square.rows(), config.mostTiles());
    }

    private boolean inTiles(int pictures) {
        return !squaresSeveral || pictures == 1;
    }

    @Override
    public MediaPlan plan(ImageSize size, int pictures) {
        if (!inTiles(pictures)) {
            TokenUnit base = TokenUnit.of(Kind.BASE, paddedPlan(size));
            return new MediaPlan(List.of(base), List.of(TokenRun.of(square).withNewlineBehind()), null);
        }
        PinpointTiles fit = fit(size);
        if (fit.shown() == null && fit.tokenRows() == 0) {
            return MediaPlan.of(squashedPlan(size));
        }
        if (fit.shown() == null) {
            // So tall a picture that no column of the tiles is its own: the reference ends its empty rows all the same.
            TokenUnit base = TokenUnit.of(Kind.BASE, squashedPlan(size));
            TokenRun run = TokenRun.of(base.grid());
            for (int row = 0; row < fit.tokenRows(); row++) {
                run = run.withNewlineBehind();
            }
            return new MediaPlan(List.of(base), List.of(run), null);
        }
        List<TokenUnit> units = List.of(
                TokenUnit.of(Kind.BASE, squashedPlan(size)),
                TokenUnit.of(Kind.TILES, tilesPlan(size, fit, fit.shown())));
        List<Integer> newlines = new ArrayList<>();
        for (int row = 1; row <= fit.tokenRows(); row++) {
            newlines.add(square.tokenCount() + row * (fit.tokenColumns() + 1) - 1);
        }
        List<ImageGrid> grids = units.stream().map(TokenUnit::grid).toList();
        return new MediaPlan(units, List.of(new TokenRun(grids, List.of(0L, 0L), newlines)), null);
    }

    private PatchPlan squashedPlan(ImageSize size) {
        return squarePlan(square, 0, 0, (double) size.width() / config.side(), (double) size.height() / config.side());
    }

    private PatchPlan paddedPlan(ImageSize size) {
        ImageCanvas canvas = canvas(size);
        double scale = (double) canvas.width() / config.side();
        return squarePlan(square, -canvas.left(), -canvas.top(), scale, scale);
    }

    private PatchPlan squarePlan(ImageGrid grid, double left, double top, double scaleX, double scaleY) {
        return new PatchPlan(
                grid, config.side(), config.side(), left, top, grid.patchSize() * scaleX, grid.patchSize() * scaleY);
    }

    private ImageCanvas canvas(ImageSize size) {
        return ImageCanvas.square(size, level(0), level(1), level(2));
    }

    private int level(int channel) {
        return (int) (MOST_LEVEL * config.imageMeans().get(channel));
    }

    /** Tiles are a little larger than their patches, where the side is no multiple: a patch's share of the tile is what counts. */
    private PatchPlan tilesPlan(ImageSize size, PinpointTiles fit, CropWindow shown) {
        double pitch = (double) config.side() / square.rows();
        double scaleX = (double) size.width() / fit.resized().width();
        double scaleY = (double) size.height() / fit.resized().height();
        ImageGrid grid = new ImageGrid(fit.tokenRows(), fit.tokenColumns(), square.patchSize(), 1);
        return new PatchPlan(
                grid,
                grid.columns() * grid.patchSize(),
                grid.rows() * grid.patchSize(),
                (shown.left() * pitch - fit.left()) * scaleX,
                (shown.top() * pitch - fit.top()) * scaleY,
                pitch * scaleX * shown.width() / fit.tokenColumns(),
                pitch * scaleY * shown.height() / fit.tokenRows());
    }

    @Override
    public IntFunction<PixelPatches> pixels(RasterImage image, int pictures) {
        List<TokenUnit> units = plan(image.size(), pictures).units();
        return number -> {
            PatchPlan plan = units.get(number).plan();
            if (!inTiles(pictures)) {
                CropWindow whole = new CropWindow(0, 0, config.side(), config.side());
                RasterImage seen = ImageResizer.resize(
                        image, canvas(image.size()), config.side(), config.side(), whole, config.filter());
                return layout.cut(plan, List.of(seen));
            }
            return units.get(number).kind() == Kind.TILES
                    ? tiles(image, plan)
                    : layout.cut(plan, List.of(squashed(image, config)));
        };
    }

    private static RasterImage squashed(RasterImage image, TiledConfig config) {
        return ImageResizer.resize(image, config.side(), config.side(), config.filter());
    }

    private PixelPatches tiles(RasterImage image, PatchPlan plan) {
        PinpointTiles fit = fit(image.size());
        TileGrid tiles = Objects.requireNonNull(fit.tiles(square.rows()));
        RasterImage resized =
                ImageResizer.resize(image, fit.resized().width(), fit.resized().height(), config.filter());
        int side = config.side();
        byte[] all = new byte[3 * side * side * tiles.count()];
        float[] values = new float[0];
        PatchPlan ofTile = squarePlan(square, 0, 0, 1, 1);
        for (int tile = 0; tile < tiles.count(); tile++) {
            RasterImage seen =
                    tile(resized, tile % fit.columns() * side - fit.left(), tile / fit.columns() * side - fit.top());
            PixelPatches cut = layout.cut(ofTile, List.of(seen));
            if (tile == 0) {
                values = new float[cut.values().length * tiles.count()];
            }
            System.arraycopy(cut.values(), 0, values, tile * cut.values().length, cut.values().length);
            System.arraycopy(seen.rgb(), 0, all, tile * seen.rgb().length, seen.rgb().length);
        }
        RasterImage below = new RasterImage(side, side * tiles.count(), all);
        return new PixelPatches(values, values.length / tiles.patchCount(), plan, below, tiles);
    }

    /** What a tile shows of a picture whose corner lies at ({@code -left}, {@code -top}); black around it. */
    private RasterImage tile(RasterImage picture, int left, int top) {
        int side = config.side();
        byte[] rgb = new byte[3 * side * side];
        int from = Math.max(0, -left);
        int to = Math.min(side, picture.width() - left);
        for (int y = Math.max(0, -top); y < Math.min(side, picture.height() - top) && from < to; y++) {
            int start = 3 * ((y + top) * picture.width() + from + left);
            System.arraycopy(picture.rgb(), start, rgb, 3 * (y * side + from), 3 * (to - from));
        }
        return new RasterImage(side, side, rgb);
    }

    private ImageGrid halved() {
        int half = (square.rows() + 1) / 2;
        return new ImageGrid(half, half, square.patchSize(), 1);
    }

    private PatchPlan slicePlan(ImageSize frame) {
        ImageGrid grid = halved();
        int side = grid.rows() * grid.patchSize();
        return new PatchPlan(
                grid, side, side, 0, 0, (double) frame.width() / grid.columns(), (double) frame.height() / grid.rows());
    }

    @Override
    public MediaPlan plan(ImageSize frame, VideoTimes times) {
        if (videoPlaceholder == null) {
            throw MediaRule.noVideo();
        }
        VideoSlices slices = new VideoSlices(times, 1);
        return new MediaPlan(
                slices.units(slicePlan(frame)), List.of(slices.run(halved(), 0).withNewlineBehind()), null);
    }

    @Override
    public IntFunction<PixelPatches> pixels(IntFunction<RasterImage> video, VideoTimes times) {
        if (videoPlaceholder == null) {
            throw MediaRule.noVideo();
        }
        TileGrid whole = new TileGrid(1, 1, square.rows(), new CropWindow(0, 0, square.columns(), square.rows()));
        return number -> {
            RasterImage frame = video.apply(number);
            PixelPatches cut = frameLayout.cut(squarePlan(square, 0, 0, 1, 1), List.of(squashed(frame, frames)));
            return cut.shownIn(whole, slicePlan(frame.size()));
        };
    }
}
