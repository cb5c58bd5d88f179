package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.train.GlimpseModuleDesign;
import io.github.glimpse.train.GlimpseScores;
import io.github.glimpse.train.GlimpseTrainer;
import io.github.glimpse.train.GlimpseTrainingOptions;
import io.github.glimpse.train.ProgressLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The glimpse module, by the library's own trainer, on the exported model and the pages of its edition. The threshold is chosen on pictures of
 * the split for that.
 */
final class GlimpseStage {

    private static final int SAMPLES_PER_STEP = 8;
    private static final int VALIDATED = 400;
    private static final double RECALL = 0.96;
    // Evidence is a box, and what lies at its border cannot be told for sure: by dice alone it is dropped for good.
    private static final double CROSS_ENTROPY = 3;
    private static final int WIDTH = 64;
    private static final int HEADS = 4;
    // Not the last block, 5: its rows are so long (root mean square 850 and more) that scores made of them round to any
    // answer, and gradients become infinite.
    static final List<Integer> TAPS = List.of(4, 3, 2, 0);
    private static final long FIRST = 1L << 41;

    private GlimpseStage() {}

    /**
     * Trains on the model folder that {@code from} names first and writes the module into {@code module} below the run folder. A
     * second {@code from} is the folder of a module to go on from.
     */
    static void train(StageOptions options) {
        Path model = options.from().get(0);
        Path known = options.from().size() > 1 ? options.from().get(1) : null;
        EngineOptions base = EngineOptions.builder(model)
                .runtime(new RuntimeOptions("cpu", options.threads(), RuntimeOptions.NativeDownload.FORBIDDEN))
                .build();
        GlimpseTrainingOptions training = GlimpseTrainingOptions.builder()
                .design(known == null ? design(options.edition()) : null)
                .module(known)
                .rate(options.rate())
                .accumulation(SAMPLES_PER_STEP)
                .crossEntropyWeight(CROSS_ENTROPY)
                .seed(options.seed())
                .folder(options.folder(), options.checkpointEvery())
                .listener(ProgressLog.every(Duration.ofSeconds(30)))
                .build();
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base, training)) {
            int count = Math.toIntExact(options.steps()) * SAMPLES_PER_STEP;
            Lessons lessons = options.edition().lessons(options);
            trainer.train(lessons.samples(Split.TRAIN, FIRST, count, false));
            int validated = Math.min(VALIDATED, count);
            GlimpseScores scores = trainer.evaluate(lessons.samples(Split.VALIDATION, 0, validated, true));
            GlimpseScores.AtThreshold chosen = scores.forRecall(RECALL);
            System.out.printf(
                    Locale.ROOT,
                    "threshold %.3f: recall %.3f, precision %.3f, kept %.3f%n",
                    chosen.threshold(),
                    chosen.recall(),
                    chosen.precision(),
                    chosen.keptRatio());
            trainer.export(options.folder().resolve("module"), chosen.threshold(), StoredType.BF16);
        }
    }

    private static GlimpseModuleDesign design(Edition edition) {
        List<Integer> layers = new ArrayList<>();
        for (int i = 0; i < edition.size().layers(); i++) {
            layers.add(i);
        }
        return new GlimpseModuleDesign(TinyShape.REDUCE_LAYER, true, layers, 1, WIDTH, WIDTH, HEADS, true, TAPS, false);
    }

    /** A box as the trainer counts it, with its last pixel, which a page does not. */
    static PixelArea inclusive(Box box) {
        return new PixelArea(box.left(), box.top(), box.right() - 1 - box.left(), box.bottom() - 1 - box.top());
    }
}
