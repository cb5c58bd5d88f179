package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainingRun;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Eye and decoder together, on pictures. Answers teach everything; heads and image tokens are held to their places by losses that
 * fade. Half of the batches are cut, as in the stage before.
 */
final class JointStage implements Train.Stage {

    private static final int READY = 3;
    // The decoder has seen these questions before, as symbols.
    private static final long SHIFT = 1L << 32;
    // Each cell tells its owner and its characters by the vectors that the decoder reads.
    private static final double TOLD = 0.3;
    private static final List<String> READ =
            List.of("region", "pointer", "alignment", "owner_loss", "owner", "characters_loss", "characters", "uneven");
    private static final List<String> READ_AND_DENSE =
            Stream.concat(READ.stream(), Stream.of("dense_loss", "dense")).toList();
    // Evidence is a box, and an eye that tells what a cell shows is silent about its borders. The heads before the cut
    // look at all
    // of it alike, so that what a glimpse reads of them is the whole box.
    private static final double EVEN = 0.1;
    private static final double HEADS_FIRST = 0.3;
    private static final double HEADS_LAST = 0.1;
    private static final double ALIGNED_FIRST = 3;
    private static final double ALIGNED_LAST = 1;
    // Beside each batch as many cells of pages full of writing: a document has letters in one cell of six.
    private static final float[] DENSE = {(float) ALIGNED_LAST, 1};

    private final StageOptions options;
    private final Lessons lessons;
    private final TinyModel model;

    JointStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        this.lessons = options.edition().lessons(options);
        this.model = new TinyModel(
                runtime,
                options.edition(),
                options.seed(),
                options.eye(),
                options.blocks(),
                options.group("decoder"),
                options.words(),
                ParameterGroup.frozen("symbols"));
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(model.parameters(), source));
        String[] figures = AnswerFigures.columns(lessons, figures());
        String[] charted = {"loss", "answer", "alignment", "full_all", "cut_all"};
        try (TrainingRun run = RunFolder.start(runtime, options, model.parameters(), figures, charted)) {
            run.resume();
            try (Prefetch<Prepared> data = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(data.take(sample), sample, scope, found));
            }
        }
        model.parameters().save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private List<String> figures() {
        return options.eyeKept() ? READ : READ_AND_DENSE;
    }

    /** A lesson with its pixels cut, and the pages beside it, of which an eye that is kept has nothing to learn. */
    private record Prepared(
            Lesson lesson, SeenPages pages, @Nullable SeenPages dense) {}

    private Prepared batch(long number) {
        Lesson lesson = lessons.lesson(SHIFT + number, true);
        SeenPages dense = options.eyeKept()
                ? null
                : SeenPages.of(
                        lessons.writing(SHIFT + number, lesson.pages().sizes().get(0)));
        return new Prepared(lesson, SeenPages.of(lesson.pages()), dense);
    }

    private NDArray loss(Prepared prepared, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            AnswerFigures.validate(figures, lessons, scope, (valid, part) -> call(
                            model.graph().constant("joint_loss"), valid, SeenPages.of(valid.pages()), sample, part)
                    .runForList(part));
        }
        SeenPages dense = prepared.dense();
        RecordedCall record = model.graph().record(dense == null ? "joint_loss" : "joint_dense_loss");
        RecordedCall call = call(record, prepared.lesson(), prepared.pages(), sample, scope);
        if (dense != null) {
            call = call.with(dense.tower(scope))
                    .with(dense.symbols(scope))
                    .with(List.of(scope.floats(new float[] {DENSE[0]}), scope.floats(new float[] {DENSE[1]})));
        }
        List<NDArray> results = call.runForList(scope);
        AnswerFigures.addTraining(figures, prepared.lesson().questions(), results, figures());
        return results.get(0);
    }

    private RecordedCall call(RecordedCall call, Lesson lesson, SeenPages pages, long sample, TensorScope scope) {
        double done = options.faded() + (1 - options.faded()) * sample / options.steps();
        List<NDArray> numbers = List.of(
                scope.longs(new long[] {Edition.TOWER.heads()}),
                scope.longs(new long[] {model.edition().size().heads()}),
                scope.longs(new long[] {TinyShape.REDUCE_LAYER + 1L}),
                scope.longs(new long[] {options.half() ? 1 : 0}),
                scope.floats(new float[] {(float) (HEADS_FIRST + done * (HEADS_LAST - HEADS_FIRST))}),
                scope.floats(new float[] {(float) (ALIGNED_FIRST + done * (ALIGNED_LAST - ALIGNED_FIRST))}),
                scope.floats(new float[] {(float) TOLD}),
                scope.floats(new float[] {(float) EVEN}));
        return call.with(pages.tower(scope))
                .with(model.tower())
                .with(pages.symbols(scope))
                .with(model.symbols())
                .with(lesson.questions().tensors(scope))
                .with(model.decoder())
                .with(numbers);
    }

    @Override
    public void close() {
        model.close();
    }
}
