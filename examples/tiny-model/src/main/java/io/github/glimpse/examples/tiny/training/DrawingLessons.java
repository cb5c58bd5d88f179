package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.pages.PageDrawing;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import io.github.glimpse.train.GlimpseSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lessons of the first edition: single questions about drawings; where there are fonts, about pages in real type too, some of them in chats.
 *
 * @param seed of the choice of pictures
 * @param pages paints pages beside the drawings; null for drawings alone
 * @param share of the pictures that are pages, if there are any
 * @param drawings how many of them are documents, signs, charts and scenes, of as many as they are together
 */
record DrawingLessons(long seed, @Nullable PageMaker pages, double share, List<Integer> drawings) implements Lessons {

    private static final int CELLS = 1024;
    private static final double WORDS_AROUND = 0.2;
    /** Share of the module's samples that ask for a record, where a drawing has one. */
    private static final double RECORDS = 0.25;
    /** Share of the batches in which a tool is offered. */
    private static final double ZOOMS = 0.35;

    /** Sizes of pages that no drawing has. */
    private static final List<PageSize> LARGE = List.of(
            new PageSize(20, 15),
            new PageSize(14, 20),
            new PageSize(16, 24),
            new PageSize(24, 18),
            new PageSize(27, 20),
            new PageSize(24, 24));

    private static final List<PageSize> ALL =
            Stream.concat(PageSize.ALL.stream(), LARGE.stream()).toList();

    /** Lessons of drawings alone. */
    DrawingLessons(long seed) {
        this(seed, null, 0, StageOptions.DRAWINGS);
    }

    private List<PageSize> sizes() {
        return pages == null ? PageSize.ALL : ALL;
    }

    /** A drawing, or a page in its place: of one to three panels, or full of writing. */
    private Drawing draw(DrawingRequest request) {
        Dice dice = new Dice(Dice.mix(seed ^ Dice.mix(request.seed())));
        boolean drawn = PageSize.ALL.contains(request.size()) && !dice.chance(share);
        if (pages == null || request.split() == Split.TEST || drawn) {
            return Studio.draw(request);
        }
        PageRequest.Mix mix = request.family() != Family.DENSE
                ? PageRequest.Mix.PANELS
                : dice.chance(0.35) ? PageRequest.Mix.TEXT : PageRequest.Mix.SPECIMENS;
        return PageDrawing.of(pages.draw(new PageRequest(request.split(), mix, request.size(), request.seed())));
    }

    @Override
    public List<String> kinds() {
        return Stream.of(QuestionKind.values()).map(QuestionKind::label).toList();
    }

    @Override
    public Lesson lesson(long number, boolean mayLose) {
        if (pages != null && new Dice(Dice.mix(seed * 41 + number)).chance(ZOOMS)) {
            return lesson(new ZoomLessons(pages, ALL, seed).batch(number));
        }
        return lesson(ReadingData.training(sizes(), this::draw, seed, number, CELLS, drawings, mayLose, pages != null));
    }

    private static Lesson lesson(ReadingData data) {
        return new Lesson(ShownPages.ofDrawings(data.drawings()), data.batch());
    }

    @Override
    public ShownPages writing(long number, PageSize size) {
        return ShownPages.ofDrawings(ReadingData.dense(this::draw, number, size, CELLS));
    }

    @Override
    public ShownPages panels(long number) {
        return lesson(number, false).pages();
    }

    @Override
    public ShownPages page(long number) {
        return ShownPages.ofDrawings(List.of(draw(DrawingRequest.nth(Split.TRAIN, FacePool.SEEN, number))));
    }

    @Override
    public List<GlimpseSample> samples(Split split, long first, int count, boolean evidenced) {
        List<GlimpseSample> samples = new ArrayList<>();
        for (long number = first; samples.size() < count; number++) {
            DrawingRequest request = DrawingRequest.nth(split, FacePool.SEEN, number);
            Drawing drawing = draw(request);
            List<Question> asked = drawing.questions().stream()
                    .filter(question -> !evidenced || !question.evidence().isEmpty())
                    .toList();
            if (!asked.isEmpty()) {
                Question question = asked.get(new Random(seed + number).nextInt(asked.size()));
                Dice dice = new Dice(Dice.mix(seed ^ Dice.mix(number)));
                boolean talks = pages != null && split == Split.TRAIN;
                boolean around = talks && dice.chance(WORDS_AROUND);
                Question worded = around ? Surroundings.around(question, drawing.questions(), dice) : question;
                Optional<AskedRecord> record =
                        talks && dice.chance(RECORDS) ? AskedRecord.of(drawing, dice) : Optional.empty();
                samples.add(record.map(fields -> record(request, drawing, fields, dice))
                        .orElseGet(() -> sample(request, drawing, "", worded)));
            }
        }
        return samples;
    }

    /** A record needs all that its fields need. */
    private GlimpseSample record(DrawingRequest request, Drawing drawing, AskedRecord record, Dice dice) {
        String schema = record.schema(dice);
        boolean described = dice.chance(ReadingData.DESCRIBED);
        Question asked = new Question(
                QuestionKind.DOC,
                described ? Surroundings.record(dice) : Surroundings.record(schema, dice),
                Map.of(),
                "",
                record.evidence(),
                List.of());
        return sample(request, drawing, described ? Surroundings.described(schema) : "", asked);
    }

    /** The picture is drawn again when it is needed. */
    private GlimpseSample sample(DrawingRequest request, Drawing drawing, String system, Question question) {
        return new GlimpseSample(
                system,
                question.text(),
                question.answer(),
                () -> PictureBytes.png(draw(request)),
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
