package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The eye alone: every cell must tell its characters, and what they belong to. No question is asked, so every character of
 * every picture teaches. The head that tells is dropped afterwards.
 */
final class VisionStage implements Train.Stage {

    private static final String[] FIGURES = {"characters", "owner", "colour", "role", "index"};
    private static final String VALID = "valid";
    private static final List<Family> WRITTEN = List.of(Family.DOC, Family.SIGN, Family.CHART);
    private static final List<PageSize> VALIDATED =
            List.of(new PageSize(8, 12), new PageSize(12, 10), new PageSize(12, 16), new PageSize(14, 14));
    private static final int VALID_PICTURES = 4;

    /** Cells of a batch; a page of 16 x 16 has 256. */
    private static final int CELLS = 1024;

    private static final int SEEDS_PER_BATCH = 64;
    private static final int READY = 3;

    private final StageOptions options;
    private final Graph graph;
    private final TrainableParameters parameters;

    VisionStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        this.graph = Losses.addTo(Graph.named("tiny vision"))
                .with(VisionStage.class, "vision")
                .with(VisionStage.class, "dense")
                .compile(runtime);
        this.parameters = TrainableParameters.empty(runtime, options.seed());
        ParameterGroup group = options.group("vision");
        TinyWeights.addVision(parameters, group);
        TinyWeights.linear(parameters, "labels", TinyWeights.outer(group), 1, DenseBatch.outputs(), TinyShape.HIDDEN);
    }

    @Override
    public void train(TorchRuntime runtime) {
        List<String> figures = new ArrayList<>(List.of(FIGURES));
        figures.add(VALID);
        WRITTEN.forEach(family -> figures.add(columnOf(family)));
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        try (TrainingRun run =
                RunFolder.start(runtime, options, parameters, figures.toArray(String[]::new), new String[] {
                    "loss", "characters", "owner", "rate"
                })) {
            run.resume();
            try (Prefetch<DenseBatch> batches = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(batches.take(sample), sample, scope, found));
            }
        }
        parameters.save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private NDArray loss(DenseBatch batch, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            validate(scope, figures);
        }
        List<NDArray> results = call(graph.record("dense_loss"), batch, scope);
        float[] shares = results.get(1).toFloatArray();
        for (int i = 0; i < FIGURES.length; i++) {
            figures.add(FIGURES[i], shares[i]);
        }
        return results.get(0);
    }

    /** Characters right, on pictures that are not trained. */
    private void validate(TensorScope scope, Figures figures) {
        for (Family family : WRITTEN) {
            for (int i = 0; i < VALIDATED.size(); i++) {
                List<Drawing> drawings = new ArrayList<>();
                for (int picture = 0; picture < VALID_PICTURES; picture++) {
                    drawings.add(Studio.draw(new DrawingRequest(
                            Split.VALIDATION, FacePool.SEEN, family, VALIDATED.get(i), picture + 100L * i)));
                }
                try (TensorScope part = scope.openChild()) {
                    float share = call(graph.constant("dense_loss"), DenseBatch.of(drawings), part)
                            .get(1)
                            .toFloatArray()[0];
                    figures.add(VALID, share);
                    figures.add(columnOf(family), share);
                }
            }
        }
    }

    private static String columnOf(Family family) {
        return VALID + "_" + family.name().toLowerCase(Locale.ROOT);
    }

    private List<NDArray> call(RecordedCall call, DenseBatch batch, TensorScope scope) {
        PageLayout layout = batch.layout();
        int dim = TinyShape.VISION_HEAD_DIM;
        int cells = batch.pictures() * layout.size().cellCount();
        return call.with(scope.floats(batch.pixels(), batch.pictures(), layout.patches(), TinyShape.FRAME_VALUES))
                .with(scope.floats(layout.cosine(), layout.patches(), dim))
                .with(scope.floats(layout.sine(), layout.patches(), dim))
                .with(scope.longs(layout.runs(), layout.runs().length))
                .with(TinyWeights.vision(parameters))
                .with(parameters.list("labels.", "weight", "bias"))
                .with(scope.longs(batch.labels(), cells, DenseBatch.LABELS))
                .with(scope.floats(batch.weights(), cells, 2))
                .with(scope.longs(DenseBatch.CLASSES, DenseBatch.CLASSES.length))
                .with(TowerSize.embedded().heads())
                .with(options.half())
                .runForList(scope);
    }

    /** The batch of a number: one page size, dense text for most of the pictures at first, later for a third. */
    private DenseBatch batch(long number) {
        Random random = new Random(options.seed() * 31 + number);
        PageSize size = PageSize.ALL.get(random.nextInt(PageSize.ALL.size()));
        double dense = number < options.steps() / 4 ? 0.7 : 0.35;
        List<Drawing> drawings = new ArrayList<>();
        int count = Math.max(1, CELLS / size.cellCount());
        for (int i = 0; i < count; i++) {
            Family family = random.nextDouble() < dense ? Family.DENSE : ordinary(random.nextInt(10));
            drawings.add(Studio.draw(
                    new DrawingRequest(Split.TRAIN, FacePool.SEEN, family, size, SEEDS_PER_BATCH * number + i)));
        }
        return DenseBatch.of(drawings);
    }

    /** Of ten pictures four documents and two of each other kind. */
    private static Family ordinary(int share) {
        return switch (share) {
            case 0, 1, 2, 3 -> Family.DOC;
            case 4, 5 -> Family.SIGN;
            case 6, 7 -> Family.CHART;
            default -> Family.SCENE;
        };
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
