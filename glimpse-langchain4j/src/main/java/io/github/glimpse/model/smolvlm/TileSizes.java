package io.github.glimpse.model.smolvlm;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.SquareFrames;

/**
 * To which sizes a picture is resized, one after the other, and how many tiles it has then.
 *
 * @param first in its own shape, whatever its size: smaller pictures are enlarged
 * @param second multiples of the tile's side
 * @param rows tiles from top to bottom; 0 if the picture is one tile and nothing else
 * @param columns tiles from left to right; 0 likewise
 */
record TileSizes(ImageSize first, ImageSize second, int rows, int columns) {

    static TileSizes of(ImageSize picture, SmolVlmPreprocessorConfig config) {
        int tile = config.tileSide();
        ImageSize first = SquareFrames.withLongSide(picture, config.longSide());
        ImageSize second = config.splits() ? inTiles(first, tile) : new ImageSize(tile, tile);
        boolean one = second.width() <= tile && second.height() <= tile;
        return new TileSizes(first, second, one ? 0 : second.height() / tile, one ? 0 : second.width() / tile);
    }

    private static ImageSize inTiles(ImageSize size, int tile) {
        double aspect = (double) size.width() / size.height();
        if (size.width() >= size.height()) {
            int width = whole(size.width(), tile);
            return new ImageSize(width, whole((int) (width / aspect), tile));
        }
        int height = whole(size.height(), tile);
        return new ImageSize(whole((int) (height * aspect), tile), height);
    }

    /** The next multiple of a tile's side, at least one: of a picture that is all length the reference would make none. */
    private static int whole(int side, int tile) {
        return Math.max(1, (side + tile - 1) / tile) * tile;
    }
}
