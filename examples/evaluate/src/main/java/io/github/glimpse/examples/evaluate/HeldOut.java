package io.github.glimpse.examples.evaluate;

import io.github.glimpse.eval.EvaluationItem;
import io.github.glimpse.eval.EvaluationItem.PictureFile;
import io.github.glimpse.eval.EvaluationSet;
import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import io.github.glimpse.image.PixelArea;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The questions that the embedded model has never seen: pictures of a split that is not trained, drawn anew each time, so nothing
 * has to be downloaded. Only kinds of questions that the model is made for.
 */
final class HeldOut {

    private HeldOut() {}

    /** The first so many questions of a split that is not trained. */
    static EvaluationSet questions(int count, Split split, FacePool faces) {
        List<EvaluationItem> items = new ArrayList<>();
        for (long number = 0; items.size() < count; number++) {
            DrawingRequest request = DrawingRequest.nth(split, faces, number);
            Drawing drawing = Studio.draw(request);
            PictureFile picture = () -> PictureBytes.png(Studio.draw(request));
            int asked = 0;
            for (Question question : drawing.questions()) {
                if (question.kind().promised() && items.size() < count) {
                    items.add(item(number + "-" + asked, picture, question));
                }
                asked++;
            }
        }
        return EvaluationSet.of(name(split, faces), items);
    }

    private static String name(Split split, FacePool faces) {
        String drawings = split == Split.TEST ? "held-out drawings" : "drawings to choose by";
        return drawings + ", " + faces.name().toLowerCase(Locale.ROOT) + " faces";
    }

    private static EvaluationItem item(String id, PictureFile picture, Question question) {
        List<PixelArea> boxes = question.evidence().stream().map(HeldOut::area).toList();
        return new EvaluationItem(
                id,
                picture,
                question.text(),
                List.of(question.answer()),
                boxes,
                null,
                "exact",
                question.kind().label());
    }

    private static PixelArea area(Box box) {
        return new PixelArea(box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top());
    }
}
