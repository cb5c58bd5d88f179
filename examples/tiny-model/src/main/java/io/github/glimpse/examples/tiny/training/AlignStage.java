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

/**
 * The eye alone, after the graft: its image tokens must be the vectors that the decoder has learned to read. No question is asked,
 * so every cell of every picture teaches, in the decoder's own words.
 */
final class AlignStage implements Train.Stage {

    private static final int READY = 3;
    // Other pictures than those of the stages before and behind.
    private static final long SHIFT = 1L << 31;
    private static final String[] FIGURES = {"alignment", "owner_loss", "owner", "characters_loss", "characters"};
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
        String[] columns = new String[2 * FIGURES.length];
        for (int i = 0; i < FIGURES.length; i++) {
            columns[i] = FIGURES[i];
            columns[FIGURES.length + i] = VALID + FIGURES[i];
        }
        String[] charted = {"loss", "alignment", "owner", "characters"};
        try (TrainingRun run =
                TrainingRun.of(runtime, model.parameters(), RunFolder.options(options, columns, charted))) {
            run.resume();
            try (Prefetch<SeenPages> data = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(data.take(sample), sample, scope, found));
            }
        }
        model.parameters().save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private SeenPages batch(long number) {
        return SeenPages.of(lessons.lesson(SHIFT + number, false).pages());
    }

    private NDArray loss(SeenPages pages, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            lessons.validation(Sight.FULL).forEach(valid -> {
                try (TensorScope part = scope.openChild()) {
                    SeenPages seen = SeenPages.of(valid.pages());
                    add(figures, VALID, call(model.graph().constant("align_loss"), seen, part));
                }
            });
        }
        List<NDArray> results = call(model.graph().record("align_loss"), pages, scope);
        add(figures, "", results);
        return results.get(0);
    }

    private static void add(Figures figures, String prefix, List<NDArray> results) {
        float[] values = results.get(1).toFloatArray();
        for (int i = 0; i < FIGURES.length; i++) {
            figures.add(prefix + FIGURES[i], values[i]);
        }
    }

    private List<NDArray> call(RecordedCall call, SeenPages pages, TensorScope scope) {
        return call.with(pages.tower(scope))
                .with(model.tower())
                .with(pages.symbols(scope))
                .with(model.symbols())
                .with(model.parameters().get("model.embed_tokens.weight"))
                .with(TinyShape.VISION_HEADS)
                .with(options.half())
                .runForList(scope);
    }

    @Override
    public void close() {
        model.close();
    }
}
