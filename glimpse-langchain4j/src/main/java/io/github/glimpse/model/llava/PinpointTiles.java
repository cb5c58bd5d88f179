package io.github.glimpse.model.llava;

import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.TileGrid;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a picture of any resolution lies on the tiles of the size that fits it best, and which of their patches show it.
 *
 * @param rows tiles from top to bottom
 * @param columns tiles from left to right
 * @param resized size of the picture on the tiles, in its own shape
 * @param left columns of padding before it
 * @param top rows of padding above it
 * @param shown the part of the tiles' patches that shows it; null if it is so thin that none does
 * @param tokenRows tokens of the part from top to bottom: its patches, or fewer if it is shrunk; those of the tiles for a part
 *     without columns, since its rows end with newlines all the same
 * @param tokenColumns tokens of the part from left to right
 * @see <a href="https://arxiv.org/abs/2408.03326">LLaVA-OneVision, section 3.2</a>
 */
record PinpointTiles(
        int rows,
        int columns,
        ImageSize resized,
        int left,
        int top,
        @Nullable CropWindow shown,
        int tokenRows,
        int tokenColumns) {

    /** A part that is larger by less is left as it is. */
    private static final double LEAST_SHRINK = 1.1;

    private static final int DECIMALS = 7;

    /**
     * Fits a picture.
     *
     * @param pinpoints sizes that there are, multiples of a tile's side
     * @param side of a tile in pixels
     * @param patches along a side of a tile
     * @param mostTiles tokens are no more than so many tiles have, or the part is shrunk; 0 for no limit
     */
    static PinpointTiles of(ImageSize picture, List<ImageSize> pinpoints, int side, int patches, int mostTiles) {
        ImageSize best = best(picture, pinpoints);
        ImageSize resized = inside(picture, best);
        int gridRows = best.height() / side * patches;
        int gridColumns = best.width() / side * patches;
        CropWindow shown = shown(picture, gridRows, gridColumns);
        int tokenRows = shown == null ? (isWide(picture, gridRows, gridColumns) ? 0 : gridRows) : shown.height();
        int tokenColumns = shown == null ? 0 : shown.width();
        if (mostTiles > 0) {
            double ratio = Math.sqrt((double) tokenRows * tokenColumns / ((double) mostTiles * patches * patches));
            if (ratio > LEAST_SHRINK) {
                tokenRows = Math.max(1, wholeTimes(tokenRows, ratio));
                tokenColumns = Math.max(1, wholeTimes(tokenColumns, ratio));
            }
        }
        return new PinpointTiles(
                best.height() / side,
                best.width() / side,
                resized,
                (best.width() - resized.width()) / 2,
                (best.height() - resized.height()) / 2,
                shown,
                tokenRows,
                tokenColumns);
    }

    /** Keeps most pixels, then wastes least, then comes first. */
    private static ImageSize best(ImageSize picture, List<ImageSize> pinpoints) {
        ImageSize best = pinpoints.get(0);
        long mostKept = -1;
        long leastWasted = 0;
        for (ImageSize size : pinpoints) {
            double scale = Math.min((double) size.width() / picture.width(), (double) size.height() / picture.height());
            long width = (int) (picture.width() * scale);
            long height = (int) (picture.height() * scale);
            long kept = Math.min(width * height, picture.pixelCount());
            long wasted = size.pixelCount() - kept;
            if (kept > mostKept || (kept == mostKept && wasted < leastWasted)) {
                best = size;
                mostKept = kept;
                leastWasted = wasted;
            }
        }
        return best;
    }

    private static ImageSize inside(ImageSize picture, ImageSize box) {
        double scaleX = (double) box.width() / picture.width();
        double scaleY = (double) box.height() / picture.height();
        return scaleX < scaleY
                ? new ImageSize(box.width(), (int) Math.min(Math.ceil(picture.height() * scaleX), box.height()))
                : new ImageSize((int) Math.min(Math.ceil(picture.width() * scaleY), box.width()), box.height());
    }

    /** The patches without those that show padding alone; the same number is left out at both ends. */
    private static @Nullable CropWindow shown(ImageSize picture, int gridRows, int gridColumns) {
        boolean wide = isWide(picture, gridRows, gridColumns);
        int padding = wide
                ? (gridRows - rounded(picture.height() * ((double) gridColumns / picture.width()))) / 2
                : (gridColumns - rounded(picture.width() * ((double) gridRows / picture.height()))) / 2;
        int width = wide ? gridColumns : gridColumns - 2 * padding;
        int height = wide ? gridRows - 2 * padding : gridRows;
        return width < 1 || height < 1 ? null : new CropWindow(wide ? 0 : padding, wide ? padding : 0, width, height);
    }

    private static boolean isWide(ImageSize picture, int gridRows, int gridColumns) {
        return (double) picture.width() / picture.height() > (double) gridColumns / gridRows;
    }

    private static int rounded(double value) {
        return new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).intValue();
    }

    /** How often a number goes into another, as the reference divides: not by a quotient that was rounded up. */
    private static int wholeTimes(int value, double by) {
        double exact = (value - value % by) / by;
        double whole = Math.floor(exact);
        return (int) (exact - whole > 0.5 ? whole + 1 : whole);
    }

    /** The tiles, if any of them shows something. */
    @Nullable
    TileGrid tiles(int patches) {
        return shown == null ? null : new TileGrid(rows, columns, patches, shown);
    }
}
