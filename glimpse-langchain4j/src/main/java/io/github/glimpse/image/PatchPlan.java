package io.github.glimpse.image;

/**
 * How a picture is cut into image tokens, and where each of them lies on the original picture: token (row, column)
 * covers {@code [left + column * tokenWidth, + tokenWidth) x [top + row * tokenHeight, + tokenHeight)} in its pixels.
 *
 * @param grid the tokens
 * @param resizedWidth width of the picture that is cut into patches; what is left over at the right, less than a patch, is in none
 * @param resizedHeight height of the picture that is cut into patches; so at the lower edge
 * @param left where the first column starts on the original; negative if the picture was padded, positive if it was
 *     cropped
 * @param top where the first row starts on the original
 * @param tokenWidth width of a token on the original, above 0
 * @param tokenHeight height of a token on the original, above 0
 */
public record PatchPlan(
        ImageGrid grid,
        int resizedWidth,
        int resizedHeight,
        double left,
        double top,
        double tokenWidth,
        double tokenHeight) {

    public PatchPlan {
        if (!covers(resizedWidth, grid.patchColumns(), grid.patchSize())
                || !covers(resizedHeight, grid.patchRows(), grid.patchSize())) {
            throw new IllegalArgumentException(
                    "A picture of " + resizedWidth + " x " + resizedHeight + " pixels does not have " + grid);
        }
        if (!(tokenWidth > 0) || !(tokenHeight > 0)) {
            throw new IllegalArgumentException("A token cannot cover " + tokenWidth + " x " + tokenHeight + " pixels");
        }
    }

    /** Whether less than a patch is left over; a convolution with the patch as its stride ignores that. */
    private static boolean covers(int side, int patches, int patchSize) {
        int rest = side - patches * patchSize;
        return rest >= 0 && rest < patchSize;
    }

    /** The same on a larger original, of which this one is the part that starts there. */
    public PatchPlan moved(double right, double down) {
        return new PatchPlan(grid, resizedWidth, resizedHeight, left + right, top + down, tokenWidth, tokenHeight);
    }

    /** The same on an original that is shown at another size. */
    public PatchPlan scaled(double scale) {
        return new PatchPlan(
                grid, resizedWidth, resizedHeight, left * scale, top * scale, tokenWidth * scale, tokenHeight * scale);
    }

    /** Where a token lies on the original picture; may reach out of it. */
    public PixelArea area(int row, int column) {
        if (row < 0 || row >= grid.rows() || column < 0 || column >= grid.columns()) {
            throw new IndexOutOfBoundsException("No token (" + row + ", " + column + ") in " + grid);
        }
        return new PixelArea(left + column * tokenWidth, top + row * tokenHeight, tokenWidth, tokenHeight);
    }

    /** Where the token with this index lies on the original picture; may reach out of it. */
    public PixelArea area(int token) {
        return area(Math.floorDiv(token, grid.columns()), Math.floorMod(token, grid.columns()));
    }

    /** The column of tokens over the middle of pixel column {@code x} of the original; -1 if there is none. */
    int columnOver(int x) {
        return place((x + 0.5 - left) / tokenWidth, grid.columns());
    }

    /** The row of tokens over the middle of pixel row {@code y} of the original; -1 if there is none. */
    int rowOver(int y) {
        return place((y + 0.5 - top) / tokenHeight, grid.rows());
    }

    private static int place(double position, int count) {
        int index = (int) Math.floor(position);
        return index >= 0 && index < count ? index : -1;
    }
}
