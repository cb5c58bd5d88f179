package io.github.glimpse.eval;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelArea;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question about one picture.
 *
 * @param id unique in its set; results are found again by it
 * @param picture the picture's file
 * @param question as a user would ask it
 * @param answers what counts as right, at least one; for metrics that count people, one entry per person
 * @param boxes what must be seen to answer, in pixels; empty if that is not known
 * @param boxedSize size of the picture that the boxes are for; null is the picture itself
 * @param metric name of the {@link Metric}
 * @param kind for figures by kind, such as the name of the data set
 */
public record EvaluationItem(
        String id,
        PictureFile picture,
        String question,
        List<String> answers,
        List<PixelArea> boxes,
        @Nullable ImageSize boxedSize,
        String metric,
        String kind) {

    /** The bytes of a picture file, read or drawn when they are needed. */
    @FunctionalInterface
    public interface PictureFile {

        /**
         * The bytes.
         *
         * @throws io.github.glimpse.GlimpseException if they cannot be had
         */
        byte[] bytes();
    }

    /** Copies the lists and checks that there is something to compare with. */
    public EvaluationItem {
        answers = List.copyOf(answers);
        boxes = List.copyOf(boxes);
        if (id.isEmpty() || answers.isEmpty()) {
            throw new IllegalArgumentException("A question needs an id and at least one answer");
        }
    }
}
