package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Asks held-out questions and prints one line per kind and one for all. Without arguments it asks the embedded model about the
 * split for tests: seeds and phrasings that were never trained, once in seen faces and once in faces that were never trained either.
 * {@code --choose-threshold} prints what the thresholds of the glimpse module do on the validation split instead.
 */
public final class Evaluate {

    private static final int LONGEST_ANSWER = 12;

    private Evaluate() {}

    /** Prints the report. */
    public static void main(String[] arguments) {
        CommandLines.run(() -> report(EvaluationOptions.parse(arguments), System.out));
    }

    static void report(EvaluationOptions options, PrintStream out) {
        String model = options.model();
        String module = options.module();
        try (ModelSource files = model == null ? ModelSource.embedded() : ModelSource.open(model);
                ModelSource moduleFiles =
                        module == null ? ModelSource.embeddedModule() : ModelSource.openModule(module);
                LoadedModel loaded = load(files, moduleFiles)) {
            for (FacePool faces : options.faces()) {
                Examination examination =
                        new Examination(loaded, options.split(), faces, options.questions(), options.kinds());
                if (options.choosing()) {
                    ThresholdTable.print(examination, out);
                } else {
                    print(examination, options, faces, out);
                }
            }
        }
    }

    /** One thread for each request, and as many requests as cores: products are small here. */
    private static LoadedModel load(ModelSource model, ModelSource module) {
        return LoadedModel.load(EngineOptions.builder(model.directory())
                .module(module.directory())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .maxRunning(Runtime.getRuntime().availableProcessors())
                .generation(GenerationOptions.builder()
                        .maxOutputTokens(LONGEST_ANSWER)
                        .build())
                .build());
    }

    private static void print(Examination examination, EvaluationOptions options, FacePool faces, PrintStream out) {
        Map<QuestionKind, Score> scores = new EnumMap<>(QuestionKind.class);
        Score all = new Score();
        for (Outcome outcome : examination.each(asked -> outcome(examination, asked, options))) {
            scores.computeIfAbsent(outcome.kind(), kind -> new Score()).add(outcome);
            all.add(outcome);
        }
        String pool = faces.name().toLowerCase(Locale.ROOT);
        scores.forEach((kind, score) -> out.println(score.line(kind.label(), pool)));
        if (options.kinds().isEmpty()) {
            out.println(all.line("all", pool));
        }
    }

    private static Outcome outcome(Examination examination, Examination.Asked asked, EvaluationOptions options) {
        // First, since it has the tower tell more than the others need.
        GenerationResult pruned = examination.glimpse(asked, options.threshold());
        return new Outcome(
                asked.question().kind(),
                examination.rightInFull(asked),
                Examination.right(pruned, asked),
                examination.rightByChance(asked, pruned.report()),
                examination.rightByGrid(asked, pruned.report()),
                pruned.report().retention(),
                Examination.found(pruned, asked));
    }
}
