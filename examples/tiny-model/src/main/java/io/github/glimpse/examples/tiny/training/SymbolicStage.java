package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingRun;
import java.util.List;
import java.util.Random;

/**
 * The decoder alone: pages come as symbols instead of pictures, so that it learns to find and to spell while the eye learns to
 * see. Two heads of the last layers before the cut must look at the evidence, two heads of the layer behind it at the next
 * character. In half of the batches each question loses all but its evidence and some stray cells behind the cut; where the
 * evidence is lost too, the refusal is right, so nothing may be answered from what was read before the cut alone.
 */
final class SymbolicStage implements Train.Stage {

    private static final int READY = 4;
    private static final List<String> LOSSES = List.of("region", "pointer");

    private final StageOptions options;
    private final Edition edition;
    private final Lessons lessons;
    private final Graph graph;
    private final TrainableParameters parameters;

    SymbolicStage(TorchRuntime runtime, StageOptions options, Edition edition) {
        this.options = options;
        this.edition = edition;
        this.lessons = edition.lessons(options);
        this.graph = edition.graph(runtime);
        this.parameters = TrainableParameters.empty(runtime, options.seed());
        ParameterGroup words = options.words();
        TinyWeights.addDecoder(parameters, options.group("decoder"), words, edition.size());
        edition.symbols().addTo(parameters, TinyWeights.outer(words));
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        String[] figures = AnswerFigures.columns(lessons, LOSSES);
        String[] charted = {"loss", "answer", "full_all", "cut_all"};
        try (TrainingRun run = RunFolder.start(runtime, options, parameters, figures, charted)) {
            run.resume();
            try (Prefetch<Lesson> data = new Prefetch<>(this::lesson, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(data.take(sample), sample, scope, found));
            }
        }
        parameters.save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private Lesson lesson(long number) {
        // Evidence is lost when there is something to be read.
        return lessons.lesson(number, number > options.steps() / 8);
    }

    private NDArray loss(Lesson lesson, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            AnswerFigures.validate(
                    figures,
                    lessons,
                    scope,
                    (valid, part) -> call(
                            graph.constant("symbolic_loss"),
                            valid,
                            valid.pages().symbols(),
                            new float[0],
                            part));
        }
        Random random = new Random(options.seed() * 31 + sample);
        float[] chance = chance(random, lesson);
        Symbols symbols = lesson.pages().symbols().losingKeys(options.lostKeys() * random.nextDouble(), random);
        List<NDArray> results = call(graph.record("symbolic_loss"), lesson, symbols, chance, scope);
        AnswerFigures.addTraining(figures, lesson.questions(), results, LOSSES);
        return results.get(0);
    }

    /** What each cell's vector is off by: a share of its own, up to that of the options, in all directions alike. */
    private float[] chance(Random random, Lesson lesson) {
        if (options.blur() == 0) {
            return new float[0];
        }
        int cells =
                lesson.pages().sizes().stream().mapToInt(PageSize::cellCount).sum();
        int width = edition.size().hidden();
        float[] chance = new float[cells * width];
        double share = 0;
        for (int i = 0; i < chance.length; i++) {
            if (i % width == 0) {
                share = options.blur() * random.nextDouble();
            }
            chance[i] = (float) (share * random.nextGaussian());
        }
        return chance;
    }

    private List<NDArray> call(RecordedCall call, Lesson lesson, Symbols symbols, float[] chance, TensorScope scope) {
        return call.with(symbols.tensors(scope))
                .with(edition.symbols().of(parameters))
                .with(lesson.questions().tensors(scope))
                .with(TinyWeights.decoder(parameters))
                .with(edition.size().heads())
                .with(TinyShape.REDUCE_LAYER + 1L)
                .with(options.half())
                .with(scope.floats(
                        chance,
                        chance.length / edition.size().hidden(),
                        edition.size().hidden()))
                .runForList(scope);
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
