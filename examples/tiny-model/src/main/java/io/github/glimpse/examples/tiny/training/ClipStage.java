package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A CLIP from nothing: each picture of a batch must be most like its own caption, and each caption most like its own picture. In half
 * of the batches only a half or a quarter of the patches go on from the first block, those that the class row looks at most,
 * as they will when the library prunes.
 */
final class ClipStage implements Train.Stage {

    private static final int BATCH = 192;
    private static final int READY = 2;
    private static final String[] FIGURES = {"found", "told", "scale"};
    private static final String[] COLUMNS = {
        "found", "told", "scale", "valid_found", "valid_told", "valid_half_found", "valid_half_told"
    };

    private final StageOptions options;
    private final int batch;
    private final Graph graph;
    private final TrainableParameters parameters;

    ClipStage(TorchRuntime runtime, StageOptions options) {
        this(runtime, options, BATCH);
    }

    /** With as many pictures at once. */
    ClipStage(TorchRuntime runtime, StageOptions options, int batch) {
        this.options = options;
        this.batch = batch;
        this.graph = graph(runtime);
        this.parameters = parameters(runtime, options.seed(), options.group("clip"));
    }

    static Graph graph(TorchRuntime runtime) {
        return Losses.addTo(Graph.named("tiny clip"))
                .with(ClipStage.class, "clip")
                .compile(runtime);
    }

    static TrainableParameters parameters(TorchRuntime runtime, long seed, ParameterGroup group) {
        TrainableParameters parameters = TrainableParameters.empty(runtime, seed);
        ClipWeights.addTo(parameters, group, ClipTokenizer.all().size());
        return parameters;
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        String[] charted = {"loss", "found", "told", "valid_found", "valid_half_found", "rate"};
        try (Tokenizer tokenizer = tokenizer(options.folder().resolve("tokenizer"));
                TrainingRun run = RunFolder.start(runtime, options, parameters, COLUMNS, charted)) {
            run.resume();
            try (Prefetch<ClipBatch> batches = new Prefetch<>(
                    number -> ClipBatch.drawn(Split.TRAIN, number * batch, batch, tokenizer), run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(batches.take(sample), sample, tokenizer, scope, found));
            }
        }
        parameters.save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private static Tokenizer tokenizer(Path folder) {
        try {
            ClipTokenizer.write(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The tokenizer cannot be written to '" + folder + "'", e);
        }
        return Tokenizer.load(folder);
    }

    private NDArray loss(ClipBatch drawn, long sample, Tokenizer tokenizer, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            ClipBatch valid = ClipBatch.drawn(Split.VALIDATION, 0, batch, tokenizer);
            validate(valid, 0, "valid_", figures, scope);
            validate(valid, ClipShape.PATCHES / 2, "valid_half_", figures, scope);
        }
        List<NDArray> results = call(graph.record("clip_loss"), drawn, kept(sample), scope);
        float[] found = results.get(1).toFloatArray();
        for (int i = 0; i < FIGURES.length; i++) {
            figures.add(FIGURES[i], found[i]);
        }
        return results.get(0);
    }

    /** Patches that stay in the batch of a number, 0 for all: every other batch is whole. */
    private static int kept(long sample) {
        if (sample % 2 == 0) {
            return 0;
        }
        return ClipShape.PATCHES / (sample % 4 == 1 ? 2 : 4);
    }

    private void validate(ClipBatch valid, int kept, String prefix, Figures figures, TensorScope scope) {
        try (TensorScope part = scope.openChild()) {
            float[] found =
                    call(graph.constant("clip_loss"), valid, kept, part).get(1).toFloatArray();
            figures.add(prefix + FIGURES[0], found[0]);
            figures.add(prefix + FIGURES[1], found[1]);
        }
    }

    private List<NDArray> call(RecordedCall call, ClipBatch pairs, int kept, TensorScope scope) {
        List<NDArray> ids =
                pairs.groups().stream().map(group -> group.ids(scope)).toList();
        List<NDArray> ends =
                pairs.groups().stream().map(group -> group.ends(scope)).toList();
        return call.with(pairs.pixels(scope))
                .with(ClipWeights.eye(parameters))
                .with(ids)
                .with(ends)
                .with(ClipWeights.reader(parameters))
                .with(parameters.get(ClipWeights.SCALE))
                .with(numbers(kept, options.half(), scope))
                .runForList(scope);
    }

    /** Heads, block of the cut, kept patches, half. */
    static List<NDArray> numbers(int kept, boolean half, TensorScope scope) {
        return List.of(
                scope.longs(new long[] {ClipShape.HEADS}),
                scope.longs(new long[] {ClipShape.CUT}),
                scope.longs(new long[] {kept}),
                scope.longs(new long[] {half ? 1 : 0}));
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
