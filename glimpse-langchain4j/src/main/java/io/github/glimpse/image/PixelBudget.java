package io.github.glimpse.image;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;

/**
 * Keeps the shape of a picture: both sides become multiples of an image token's side, and the pixels lie within a budget.
 *
 * <p>Sides are rounded to the nearest multiple, halves to the even one. If that is over the budget, both are shrunk by the same factor
 * and rounded down; if under, enlarged and rounded up. No side becomes less than one token, even where the reference would refuse
 * the picture or give it no token.
 *
 * @param factor side of an image token, in pixels
 * @param minPixels smaller pictures are enlarged to about this many pixels
 * @param maxPixels larger pictures are shrunk to at most this many pixels
 */
public record PixelBudget(int factor, long minPixels, long maxPixels) {

    private static final int CHANNELS = 3;

    /** Longer pictures are refused, as by the reference. */
    private static final int MOST_ASPECT = 200;

    private static final double ABOVE_LEAST = 1.05;

    /**
     * Checks the numbers.
     *
     * @throws ModelFilesException if they do not fit each other
     */
    public PixelBudget {
        if (factor < 1) {
            throw new ModelFilesException(
                    "An image token has a side of " + factor + " pixels (patch_size times merge_size),"
                            + " it must be at least 1; take the files of the model's repository again");
        }
        if (minPixels < 1 || maxPixels < minPixels) {
            throw new ModelFilesException("The pixel budget is " + minPixels + " to " + maxPixels
                    + " (shortest_edge and longest_edge, or min_pixels and max_pixels, of the model's"
                    + " preprocessor file, or the options that replace them); the second must not be smaller than the"
                    + " first, and both at least 1");
        }
    }

    /**
     * The size to which a picture is resized.
     *
     * @param frames how often its pixels, or pictures of its size, are in what the tower reads at once
     * @throws InvalidImageException if one side is over 200 times the other, or the pixels fit no array
     */
    public ImageSize fit(int width, int height, int frames) {
        checkAspect(width, height);
        long resizedWidth = nearest(width);
        long resizedHeight = nearest(height);
        double pixels = (double) width * height;
        if (resizedWidth * resizedHeight > maxPixels) {
            double shrink = Math.sqrt(pixels / maxPixels);
            resizedWidth = down(width / shrink);
            resizedHeight = down(height / shrink);
        } else if (resizedWidth * resizedHeight < minPixels) {
            double enlarge = Math.sqrt(minPixels / pixels);
            resizedWidth = up(width * enlarge);
            resizedHeight = up(height * enlarge);
        }
        return checked(width, height, resizedWidth, resizedHeight, frames);
    }

    /** The least number of pixels to which a cap for long videos may go down. */
    long aboveLeast() {
        return (long) (ABOVE_LEAST * minPixels);
    }

    static void checkAspect(int width, int height) {
        int longSide = Math.max(width, height);
        int shortSide = Math.min(width, height);
        if (shortSide < 1 || (double) longSide / shortSide > MOST_ASPECT) {
            throw new InvalidImageException("The image has " + width + " x " + height
                    + " pixels; one side may be at most " + MOST_ASPECT + " times the other: cut it into parts");
        }
    }

    /** To the nearest multiple; may be 0, which is below any budget: such a picture is enlarged. */
    long nearest(double side) {
        return (long) Math.rint(side / factor) * factor;
    }

    /** To the multiple below, but at least to one. */
    long down(double side) {
        return Math.max(1, (long) Math.floor(side / factor)) * factor;
    }

    /** To the multiple above. */
    long up(double side) {
        return Math.max(1, (long) Math.ceil(side / factor)) * factor;
    }

    static ImageSize checked(int width, int height, long resizedWidth, long resizedHeight, int frames) {
        double values = (double) resizedWidth * resizedHeight * CHANNELS * frames;
        if (values > Integer.MAX_VALUE - Byte.SIZE) {
            throw new InvalidImageException("The image of " + width + " x " + height + " pixels becomes "
                    + (long) values + " values, the limit is 2147483639; send a smaller one or lower max_pixels");
        }
        return new ImageSize((int) resizedWidth, (int) resizedHeight);
    }
}
