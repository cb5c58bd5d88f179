package io.github.glimpse.image;

import io.github.glimpse.ModelFilesException;
import java.util.List;

/**
 * Every frame becomes a square, whatever its shape: LLaVA-OneVision at once, SmolVLM2 in two steps.
 *
 * @param side of the square, in pixels
 * @param longSideFirst whether frames are first resized in their own shape, the long side to that of the square
 */
public record SquareFrames(int side, boolean longSideFirst) implements FrameSizes {

    private static final int MOST_SIDE = 16_384;

    /**
     * Checks the side.
     *
     * @throws ModelFilesException if it does not do
     */
    public SquareFrames {
        if (side < 1 || side > MOST_SIDE) {
            throw new ModelFilesException("Frames of a video become squares of " + side
                    + " pixels (\"size\" or \"max_image_size\" of the model's preprocessor file), but that must be 1 to "
                    + MOST_SIDE + "; take the files of the model's repository again");
        }
    }

    @Override
    public List<ImageSize> of(ImageSize frame, int frames) {
        VideoTimes.checkCount(frames);
        ImageSize square = new ImageSize(side, side);
        return longSideFirst ? List.of(withLongSide(frame, side), square) : List.of(square);
    }

    /** The shape of a picture with a long side of so many pixels; the short one is cut to a whole number and made even. */
    public static ImageSize withLongSide(ImageSize size, int side) {
        double aspect = (double) size.width() / size.height();
        return size.width() >= size.height()
                ? new ImageSize(side, even(side / aspect))
                : new ImageSize(even(side * aspect), side);
    }

    /** Of a very thin picture 1, as in the reference. */
    private static int even(double side) {
        int whole = (int) side;
        return Math.max(1, whole + whole % 2);
    }
}
