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

/**
 * The eye alone, after the graft: its image tokens must be the vectors that the decoder has learned to read. No question is asked,
 * so every cell of every picture teaches, in the decoder's own words.
 */
final class AlignStage implements Train.Stage {

    private static final int READY = 3;
    // Other pictures than those of the stages before and behind.
    private static final long SHIFT = 1L << 31;
    private static final String[] FIGURES = {"alignment", "owner_loss", "owner", "characters_loss", "characters"};
    private static final String[] DENSE = {"dense_loss", "dense"};
    private static final String VALID = "valid_";

    private final StageOptions options;
    private final Lessons lessons;
    private final TinyModel model;

    AlignStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        ParameterGroup frozen = ParameterGroup.frozen("decoder");
        this.lessons = options.edition().lessons(options);
        this.model = new TinyModel(runtime, options.edition(), options.seed(), options.group("vision"), frozen, frozen);
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(model.parameters(), source));
        String[] columns = Stream.of(
                        Stream.of(FIGURES), Stream.of(DENSE), Stream.of(FIGURES).map(figure -> VALID + figure))
                .flatMap(names -> names)
                .toArray(String[]::new);
        String[] charted = {"loss", "alignment", "owner", "characters"};
        try (TrainingRun run = RunFolder.start(runtime, options, model.parameters(), columns, charted)) {
            run.resume();
            try (Prefetch<Prepared> data = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(data.take(sample), sample, scope, found));
            }
        }
        model.parameters().save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    /** Pages of a lesson, and the pages full of writing beside them. */
    private record Prepared(SeenPages pages, SeenPages dense) {}

    private Prepared batch(long number) {
        ShownPages pages = lessons.panels(SHIFT + number);
        ShownPages dense = lessons.writing(SHIFT + number, pages.sizes().get(0));
        return new Prepared(SeenPages.of(pages), SeenPages.of(dense));
    }

    private NDArray loss(Prepared prepared, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            lessons.validation(Sight.FULL).forEach(valid -> {
                try (TensorScope part = scope.openChild()) {
                    SeenPages seen = SeenPages.of(valid.pages());
                    float[] values = call(model.graph().constant("align_loss"), seen, part)
                            .runForList(part)
                            .get(1)
                            .toFloatArray();
                    for (int i = 0; i < FIGURES.length; i++) {
                        figures.add(VALID + FIGURES[i], values[i]);
                    }
                }
            });
        }
        List<NDArray> results = call(model.graph().record("align_dense_loss"), prepared.pages(), scope)
                .with(prepared.dense().tower(scope))
                .with(prepared.dense().symbols(scope))
                .runForList(scope);
        float[] values = results.get(1).toFloatArray();
        for (int i = 0; i < values.length; i++) {
            figures.add(i < FIGURES.length ? FIGURES[i] : DENSE[i - FIGURES.length], values[i]);
        }
        return results.get(0);
    }

    private RecordedCall call(RecordedCall call, SeenPages pages, TensorScope scope) {
        return call.with(pages.tower(scope))
                .with(model.tower())
                .with(pages.symbols(scope))
                .with(model.symbols())
                .with(model.parameters().get(TinyWeights.WORDS))
                .with(Edition.TOWER.heads())
                .with(options.half());
    }

    @Override
    public void close() {
        model.close();
    }
}
