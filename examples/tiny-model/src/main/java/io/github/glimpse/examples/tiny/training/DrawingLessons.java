package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.train.GlimpseSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Lessons of the first edition: single questions about drawings. */
record DrawingLessons(long seed) implements Lessons {

    private static final int CELLS = 1024;

    @Override
    public List<String> kinds() {
        return Stream.of(QuestionKind.values()).map(QuestionKind::label).toList();
    }

    @Override
    public Lesson lesson(long number, boolean mayLose) {
        return lesson(ReadingData.training(seed, number, CELLS, mayLose));
    }

    private static Lesson lesson(ReadingData data) {
        return new Lesson(ShownPages.ofDrawings(data.drawings()), data.batch());
    }

    @Override
    public ShownPages writing(long number, PageSize size) {
        return ShownPages.ofDrawings(ReadingData.dense(number, size, CELLS));
    }

    @Override
    public ShownPages panels(long number) {
        return lesson(number, false).pages();
    }

    @Override
    public ShownPages page(long number) {
        return ShownPages.ofDrawings(List.of(Studio.draw(DrawingRequest.nth(Split.TRAIN, FacePool.SEEN, number))));
    }

    @Override
    public List<GlimpseSample> samples(Split split, long first, int count, boolean evidenced) {
        List<GlimpseSample> samples = new ArrayList<>();
        for (long number = first; samples.size() < count; number++) {
            DrawingRequest request = DrawingRequest.nth(split, FacePool.SEEN, number);
            Drawing drawing = Studio.draw(request);
            List<Question> asked = drawing.questions().stream()
                    .filter(question -> !evidenced || !question.evidence().isEmpty())
                    .toList();
            if (!asked.isEmpty()) {
                samples.add(sample(drawing, asked.get(new Random(seed + number).nextInt(asked.size()))));
            }
        }
        return samples;
    }

    /** The picture is drawn again when it is needed. */
    private static GlimpseSample sample(Drawing drawing, Question question) {
        DrawingRequest request = drawing.request();
        return new GlimpseSample(
                question.text(),
                question.answer(),
                () -> PictureBytes.png(Studio.draw(request)),
                drawing.width(),
                drawing.height(),
                question.evidence().stream().map(GlimpseStage::inclusive).toList(),
                null,
                question.kind().label());
    }

    @Override
    public Stream<Lesson> validation(Sight sight) {
        AskedQuestion.Cut left = sight == Sight.BLIND ? AskedQuestion.Cut.STRAYS : AskedQuestion.Cut.EVIDENCE;
        return ReadingData.validation(sight != Sight.FULL, left).stream().map(DrawingLessons::lesson);
    }
}
