package io.github.glimpse.train;

import io.github.glimpse.image.PixelArea;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question about a picture, and where its answer is to be seen.
 *
 * @param system text of a system message before the question; may be empty
 * @param question text of the user
 * @param answer text of the model, for the language loss; may be empty
 * @param picture the picture's file
 * @param width width of the picture that the boxes are for, in pixels
 * @param height its height
 * @param boxes what must be seen, in pixels of that size
 * @param mask a picture of the same content in which everything but black must be seen; null goes by the boxes
 * @param dataset where it comes from, for reports by kind
 */
public record GlimpseSample(
        String system,
        String question,
        String answer,
        PictureFile picture,
        int width,
        int height,
        List<PixelArea> boxes,
        @Nullable PictureFile mask,
        String dataset) {

    /** The bytes of a picture file, read or drawn when they are needed. */
    @FunctionalInterface
    public interface PictureFile {

        /** The bytes. */
        byte[] bytes();
    }

    /** A question without a system message. */
    public GlimpseSample(
            String question,
            String answer,
            PictureFile picture,
            int width,
            int height,
            List<PixelArea> boxes,
            @Nullable PictureFile mask,
            String dataset) {
        this("", question, answer, picture, width, height, boxes, mask, dataset);
    }

    /** Copies the list and checks the size. */
    public GlimpseSample {
        boxes = List.copyOf(boxes);
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("A picture needs at least one pixel, not " + width + " x " + height);
        }
    }
}
