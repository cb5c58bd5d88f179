package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The eye of the second edition alone, on pages in real type: every cell must tell its characters, what key a value belongs to, and what
 * else it shows. The head reads what the last product of the merger will read, so the decoder's width does not matter yet; it is dropped afterwards.
 */
final class PagesStage implements Train.Stage {

    private static final String VALID = "valid";
    private static final String VALID_TEXT = "valid_text";
    private static final List<PageSize> SIZES = List.of(
            new PageSize(8, 8),
            new PageSize(8, 12),
            new PageSize(12, 8),
            new PageSize(10, 10),
            new PageSize(12, 12),
            new PageSize(9, 14),
            new PageSize(14, 9),
            new PageSize(12, 16),
            new PageSize(16, 12),
            new PageSize(14, 14),
            new PageSize(16, 16),
            new PageSize(16, 16),
            new PageSize(20, 15),
            new PageSize(16, 22),
            new PageSize(24, 18),
            new PageSize(24, 24));
    private static final int VALID_PAGES = 6;
    private static final PageSize VALIDATED = new PageSize(14, 14);

    /** Cells of a batch; a page of 24 x 24 has 576. */
    private static final int CELLS = 1024;

    private static final int SEEDS_PER_BATCH = 64;
    private static final int READY = 3;

    private final StageOptions options;
    private final Graph graph;
    private final TrainableParameters parameters;
    private final PageMaker maker;

    /** Makes the stage; without a folder of fonts it learns the own strokes, which is for tests. */
    PagesStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        maker = options.pageMaker(Repertoire.SECOND);
        graph = Losses.addTo(Graph.named("tiny pages"))
                .with(PagesStage.class, "vision")
                .with(PagesStage.class, "cells")
                .compile(runtime);
        parameters = TrainableParameters.empty(runtime, options.seed());
        TinyWeights.addTower(parameters, options.group("vision"), options.blocks(), TowerSize.embedded());
        TinyWeights.linear(
                parameters,
                "labels",
                TinyWeights.outer(options.group("cells")),
                1,
                PageBatch.outputs(),
                TowerSize.embedded().joined());
    }

    @Override
    public void train(TorchRuntime runtime) {
        List<String> figures = new ArrayList<>(PageBatch.GROUPS);
        figures.add(VALID);
        figures.add(VALID_TEXT);
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        try (TrainingRun run =
                RunFolder.start(runtime, options, parameters, figures.toArray(String[]::new), new String[] {
                    "loss", "characters", "keys", "rate"
                })) {
            run.resume();
            try (Prefetch<PageBatch> batches = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(batches.take(sample), sample, scope, found));
            }
        }
        parameters.save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private NDArray loss(PageBatch batch, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            validate(scope, figures);
        }
        List<NDArray> results = call(graph.record("cells_loss"), batch, scope);
        float[] shares = results.get(1).toFloatArray();
        for (int group = 0; group < shares.length; group++) {
            if (shares[group] >= 0) {
                figures.add(PageBatch.GROUPS.get(group), shares[group]);
            }
        }
        return results.get(0);
    }

    /** Characters right in faces and words of the validation split. */
    private void validate(TensorScope scope, Figures figures) {
        for (PageRequest.Mix mix : List.of(PageRequest.Mix.TEXT, PageRequest.Mix.PANELS)) {
            for (int i = 0; i < VALID_PAGES; i++) {
                DrawnPage page = maker.draw(new PageRequest(Split.VALIDATION, mix, VALIDATED, i));
                try (TensorScope part = scope.openChild()) {
                    float share = call(graph.constant("cells_loss"), PageBatch.of(List.of(page)), part)
                            .get(1)
                            .toFloatArray()[0];
                    if (share >= 0) {
                        figures.add(mix == PageRequest.Mix.TEXT ? VALID_TEXT : VALID, share);
                    }
                }
            }
        }
    }

    private List<NDArray> call(RecordedCall call, PageBatch batch, TensorScope scope) {
        PageLayout layout = batch.layout();
        int dim = TinyShape.VISION_HEAD_DIM;
        int cells = batch.pages() * layout.size().cellCount();
        return call.with(scope.floats(batch.pixels(), batch.pages(), layout.patches(), TinyShape.FRAME_VALUES))
                .with(scope.floats(layout.cosine(), layout.patches(), dim))
                .with(scope.floats(layout.sine(), layout.patches(), dim))
                .with(scope.longs(layout.runs(), layout.runs().length))
                .with(TinyWeights.tower(parameters))
                .with(parameters.list("labels.", "weight", "bias"))
                .with(scope.longs(batch.labels(), cells, PageBatch.LABELS))
                .with(scope.floats(batch.weights(), cells, PageBatch.GROUPS.size()))
                .with(scope.longs(PageBatch.classes(), PageBatch.LABELS))
                .with(scope.longs(PageBatch.groups(), PageBatch.LABELS))
                .with(scope.floats(PageBatch.shares(), PageBatch.LABELS))
                .with(TowerSize.embedded().heads())
                .with(options.half())
                .runForList(scope);
    }

    /** The batch of a number: one page size, full text for most of the pages at first, later for a third. */
    private PageBatch batch(long number) {
        Random random = new Random(options.seed() * 31 + number);
        PageSize size = SIZES.get(random.nextInt(SIZES.size()));
        double text = number < options.steps() / 4 ? 0.6 : 0.35;
        List<DrawnPage> pages = new ArrayList<>();
        int count = Math.max(1, CELLS / size.cellCount());
        for (int i = 0; i < count; i++) {
            PageRequest.Mix mix = random.nextDouble() < text ? PageRequest.Mix.TEXT : PageRequest.Mix.PANELS;
            pages.add(maker.draw(new PageRequest(Split.TRAIN, mix, size, SEEDS_PER_BATCH * number + i)));
        }
        return PageBatch.of(pages);
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
