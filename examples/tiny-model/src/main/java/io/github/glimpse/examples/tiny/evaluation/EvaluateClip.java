package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.ImageVectors;
import io.github.glimpse.embedding.PatchReport;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Looks for held-out pictures by held-out captions and the other way round, with all patches and with the part of them that the class
 * row looks at most; beside it with as many patches by chance and evenly spread.
 */
public final class EvaluateClip {

    private static final List<Double> RATIOS = List.of(0.5, 0.25);
    private static final int BATCH = 16;

    private EvaluateClip() {}

    /** Prints the report. */
    public static void main(String[] arguments) {
        CommandLines.run(() -> report(ClipOptions.parse(arguments), System.out));
    }

    static void report(ClipOptions options, PrintStream out) {
        RuntimeOptions one = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
        EmbeddingOptions model = EmbeddingOptions.builder(options.model())
                .runtime(one)
                .batchSize(BATCH)
                .maxInputs(options.pictures())
                .build();
        try (EmbeddingEngine engine = EmbeddingEngine.load(model);
                ControlTower controls = ControlTower.load(options.model(), one)) {
            for (FacePool faces : options.faces()) {
                CaptionedPictures held = CaptionedPictures.draw(options.split(), faces, options.pictures());
                Lines lines = new Lines(engine.embedTexts(held.captions()).vectors(), faces, out);
                lines.print("all", engine.embedImages(held.files(), PruningOptions.defaults()));
                for (double ratio : RATIOS) {
                    ImageVectors cut = engine.embedImages(
                            held.files(),
                            PruningOptions.builder()
                                    .schedule(List.of(PruningStep.builder("cls-attention")
                                            .at(options.at())
                                            .retentionRatio(ratio)
                                            .build()))
                                    .build());
                    lines.print("cls", cut);
                    PatchReport.Image sample = cut.report().images().get(0);
                    int layers = sample.cuts().get(0).at().layers();
                    for (ControlTower.Choice choice : ControlTower.Choice.values()) {
                        lines.print(
                                choice.name().toLowerCase(Locale.ROOT),
                                100 * cut.report().retention(),
                                controls.vectors(held.files(), layers, sample.kept().length, choice));
                    }
                }
            }
        }
    }

    /** The report on one pool of faces. */
    private record Lines(List<float[]> captions, FacePool faces, PrintStream out) {

        void print(String choice, ImageVectors pictures) {
            print(choice, 100 * pictures.report().retention(), pictures.vectors());
        }

        void print(String choice, double kept, List<float[]> pictures) {
            Retrieval picture = Retrieval.of(captions, pictures);
            Retrieval caption = Retrieval.of(pictures, captions);
            out.println(String.format(
                    Locale.ROOT,
                    "kept=%.1f by=%s recall@1=%.1f recall@5=%.1f caption@1=%.1f caption@5=%.1f n=%d faces=%s",
                    kept,
                    choice,
                    picture.first(),
                    picture.five(),
                    caption.first(),
                    caption.five(),
                    captions.size(),
                    faces.name().toLowerCase(Locale.ROOT)));
        }
    }
}
