package io.github.glimpse.image;

/**
 * How many patches a picture has, and how they are merged to image tokens: {@code mergeSize x mergeSize} patches each.
 * Tokens are counted row by row from the top left.
 *
 * @param patchRows patches from top to bottom, a multiple of {@code mergeSize}
 * @param patchColumns patches from left to right, a multiple of {@code mergeSize}
 * @param patchSize side of a patch, in pixels of the resized picture
 * @param mergeSize side of a token, in patches; 1 if patches are tokens
 */
public record ImageGrid(int patchRows, int patchColumns, int patchSize, int mergeSize) {

    public ImageGrid {
        if (patchRows < 1 || patchColumns < 1 || patchSize < 1 || mergeSize < 1) {
            throw new IllegalArgumentException("A grid needs positive numbers, not " + patchRows + " x " + patchColumns
                    + " patches of " + patchSize + " pixels, merged by " + mergeSize);
        }
        if (patchRows % mergeSize != 0 || patchColumns % mergeSize != 0) {
            throw new IllegalArgumentException(
                    patchRows + " x " + patchColumns + " patches cannot be merged by " + mergeSize);
        }
    }

    /** Image tokens from top to bottom. */
    public int rows() {
        return patchRows / mergeSize;
    }

    /** Image tokens from left to right. */
    public int columns() {
        return patchColumns / mergeSize;
    }

    /** All image tokens of the picture. */
    public int tokenCount() {
        return rows() * columns();
    }

    /** All patches of the picture. */
    public int patchCount() {
        return patchRows * patchColumns;
    }
}
