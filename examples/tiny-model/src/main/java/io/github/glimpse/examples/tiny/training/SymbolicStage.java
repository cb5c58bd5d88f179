package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingRun;
import java.util.List;

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
        ParameterGroup group = options.group("decoder");
        TinyWeights.addDecoder(parameters, group, edition.size());
        edition.symbols().addTo(parameters, TinyWeights.outer(group));
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        String[] figures = AnswerFigures.columns(lessons, LOSSES);
        String[] charted = {"loss", "answer", "full_all", "cut_all"};
        try (TrainingRun run = TrainingRun.of(runtime, parameters, RunFolder.options(options, figures, charted))) {
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
                    figures, lessons, scope, (valid, part) -> call(graph.constant("symbolic_loss"), valid, part));
        }
        List<NDArray> results = call(graph.record("symbolic_loss"), lesson, scope);
        AnswerFigures.addTraining(figures, lesson.questions(), results, LOSSES);
        return results.get(0);
    }

    private List<NDArray> call(RecordedCall call, Lesson lesson, TensorScope scope) {
        return call.with(lesson.pages().symbols().tensors(scope))
                .with(edition.symbols().of(parameters))
                .with(lesson.questions().tensors(scope))
                .with(TinyWeights.decoder(parameters))
                .with(edition.size().heads())
                .with(TinyShape.REDUCE_LAYER + 1L)
                .with(options.half())
                .runForList(scope);
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
