package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.Losses;
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

    private static final int CELLS = 1024;
    private static final int READY = 4;

    private final StageOptions options;
    private final Graph graph;
    private final TrainableParameters parameters;

    SymbolicStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        this.graph = Losses.addTo(Graph.named("tiny decoder"))
                .with(SymbolicStage.class, "vision")
                .with(SymbolicStage.class, "reading")
                .with(SymbolicStage.class, "symbols")
                .compile(runtime);
        this.parameters = TrainableParameters.empty(runtime, options.seed());
        ParameterGroup group = options.group("decoder");
        TinyWeights.addDecoder(parameters, group);
        PageSymbols.addTo(parameters, TinyWeights.outer(group));
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        String[] figures = ReadingFigures.columns("region", "pointer");
        String[] charted = {"loss", "answer", "full_all", "cut_all"};
        try (TrainingRun run = TrainingRun.of(runtime, parameters, RunFolder.options(options, figures, charted))) {
            run.resume();
            try (Prefetch<ReadingData> data = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(data.take(sample), sample, scope, found));
            }
        }
        parameters.save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private ReadingData batch(long number) {
        // Blinding starts when there is something to be read.
        return ReadingData.training(options.seed(), number, CELLS, number > options.steps() / 8);
    }

    private NDArray loss(ReadingData data, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            ReadingFigures.validate(
                    figures, scope, (valid, part) -> call(graph.constant("symbolic_loss"), valid, part));
        }
        List<NDArray> results = call(graph.record("symbolic_loss"), data, scope);
        ReadingFigures.addTraining(figures, data.batch(), results, "region", "pointer");
        return results.get(0);
    }

    private List<NDArray> call(RecordedCall call, ReadingData data, TensorScope scope) {
        return call.with(PageSymbols.of(data.drawings()).tensors(scope))
                .with(PageSymbols.parameters(parameters))
                .with(data.batch().tensors(scope))
                .with(TinyWeights.decoder(parameters))
                .with(TinyShape.HEADS)
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
