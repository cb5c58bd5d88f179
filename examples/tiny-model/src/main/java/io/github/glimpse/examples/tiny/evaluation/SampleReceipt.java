package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The receipt of the quickstart: one of the pictures that are kept for choosing, so it was never trained. The argument is the file to
 * write.
 */
public final class SampleReceipt {

    private static final DrawingRequest REQUEST =
            new DrawingRequest(Split.VALIDATION, FacePool.SEEN, Family.DOC, new PageSize(12, 12), 4_373);

    private SampleReceipt() {}

    /**
     * Writes the picture.
     *
     * @throws IOException if that cannot be done
     */
    public static void main(String... arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("Give the file to write");
        }
        Files.write(Path.of(arguments[0]), png());
    }

    /** The picture as PNG. */
    static byte[] png() {
        return PictureBytes.png(Studio.draw(REQUEST));
    }

    /**
     * What stands behind a key.
     *
     * @throws IllegalArgumentException if the receipt does not have it
     */
    static String value(String key) {
        Drawing drawing = Studio.draw(REQUEST);
        return drawing.questions().stream()
                .filter(question ->
                        question.kind() == QuestionKind.DOC && words(question).contains(key))
                .map(Question::answer)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The receipt has no " + key));
    }

    private static List<String> words(Question question) {
        return List.of(question.text().toLowerCase(Locale.ROOT).split("[^a-z]+"));
    }
}
