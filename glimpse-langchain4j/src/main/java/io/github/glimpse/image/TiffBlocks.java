package io.github.glimpse.image;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/**
 * The strips or tiles of a TIFF file, checked: all are there, lie in the file, and are of sound size.
 *
 * @param width of a block, in pixels
 * @param height of a block, in pixels; the last ones may reach below the picture
 * @param columns blocks side by side
 * @param offsets where each starts, row by row; for separate planes one plane after the other
 * @param lengths how many bytes each has
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TiffBlocks(int width, int height, int columns, long[] offsets, long[] lengths) {

    private static final int STRIP_OFFSETS = 273;
    private static final int ROWS_PER_STRIP = 278;
    private static final int STRIP_BYTES = 279;
    private static final int PLANAR = 284;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;
    private static final int SEPARATE_PLANES = 2;
    private static final int MOST_TILE_BYTES = 1 << 26;

    /** Each block costs a decoder of its own: a file of a million small ones takes half a minute. */
    private static final int MOST_BLOCKS = 1 << 16;

    static TiffBlocks of(TiffDirectory directory, ImageSize size, int samples) throws IOException {
        boolean tiled = directory.has(TILE_OFFSETS);
        long width = tiled ? directory.number(TILE_WIDTH, 0) : size.width();
        long height = tiled
                ? directory.number(TILE_HEIGHT, 0)
                : Math.max(1, Math.min(directory.number(ROWS_PER_STRIP, size.height()), size.height()));
        if (width < 1 || height < 1 || (tiled && width > MOST_TILE_BYTES / (2L * samples) / height)) {
            throw new IOException("its tiles have " + width + " x " + height + " pixels");
        }
        long columns = (size.width() + width - 1) / width;
        long rows = (size.height() + height - 1) / height;
        long count = rows * columns * (directory.number(PLANAR, 1) == SEPARATE_PLANES ? samples : 1);
        long[] offsets = directory.numbers(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
        long[] lengths = directory.numbers(tiled ? TILE_BYTES : STRIP_BYTES);
        if (count > MOST_BLOCKS) {
            throw new IOException("it is cut into " + count + " blocks; at most " + MOST_BLOCKS + " are read");
        }
        if (offsets.length < count || lengths.length < count) {
            throw new IOException("its directory lists " + Math.min(offsets.length, lengths.length)
                    + " blocks of pixels, not " + count);
        }
        for (int block = 0; block < count; block++) {
            directory.file().at(offsets[block], lengths[block]);
        }
        return new TiffBlocks(
                (int) width,
                (int) height,
                (int) columns,
                Arrays.copyOf(offsets, (int) count),
                Arrays.copyOf(lengths, (int) count));
    }

    /** Writes the same into another directory. */
    void putInto(Map<Integer, long[]> tags, boolean tiled) {
        if (tiled) {
            tags.put(TILE_WIDTH, new long[] {width});
            tags.put(TILE_HEIGHT, new long[] {height});
        } else {
            tags.put(ROWS_PER_STRIP, new long[] {height});
        }
        tags.put(tiled ? TILE_OFFSETS : STRIP_OFFSETS, offsets);
        tags.put(tiled ? TILE_BYTES : STRIP_BYTES, lengths);
    }
}
