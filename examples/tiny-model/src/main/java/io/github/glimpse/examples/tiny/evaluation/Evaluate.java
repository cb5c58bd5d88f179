package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Asks the held-out questions and prints one line per kind: {@code Evaluate <model> <module> [--questions=2000]
 * [--faces=seen|unseen]}. Pictures are of the split for tests, so seeds and phrasings were never trained; unseen faces neither.
 */
public final class Evaluate {

    private static final int QUESTIONS = 2_000;
    private static final int LONGEST_ANSWER = 12;

    private final LoadedModel model;
    private final Map<QuestionKind, Score> scores = new EnumMap<>(QuestionKind.class);
    private final Score all = new Score();

    private Evaluate(LoadedModel model) {
        this.model = model;
    }

    /** Prints the report. */
    public static void main(String[] arguments) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String argument : List.of(arguments).subList(Math.min(2, arguments.length), arguments.length)) {
            String[] parts = argument.split("=", 2);
            options.put(parts[0], parts.length > 1 ? parts[1] : "");
        }
        if (arguments.length < 2) {
            throw new IllegalArgumentException("Give the folder of the model and the folder of its glimpse module");
        }
        int questions = Integer.parseInt(options.getOrDefault("--questions", Integer.toString(QUESTIONS)));
        FacePool faces =
                FacePool.valueOf(options.getOrDefault("--faces", "seen").toUpperCase(Locale.ROOT));
        report(Path.of(arguments[0]), Path.of(arguments[1]), questions, faces, System.out);
    }

    /** Asks so many questions and prints the lines. */
    static void report(Path model, Path module, int questions, FacePool faces, PrintStream out) {
        EngineOptions options = EngineOptions.builder(model)
                .module(module)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .generation(GenerationOptions.builder()
                        .maxOutputTokens(LONGEST_ANSWER)
                        .build())
                .strategies(List.of(new RandomStrategy.Factory()))
                .build();
        try (LoadedModel loaded = LoadedModel.load(options)) {
            Evaluate evaluate = new Evaluate(loaded);
            evaluate.askAll(questions, faces);
            evaluate.print(out);
        }
    }

    private void askAll(int questions, FacePool faces) {
        int asked = 0;
        for (long number = 0; asked < questions; number++) {
            Drawing drawing = Studio.draw(DrawingRequest.nth(Split.TEST, faces, number));
            byte[] picture = PictureBytes.png(drawing);
            for (Question question : drawing.questions()) {
                if (asked < questions) {
                    ask(drawing, picture, question);
                    asked++;
                }
            }
        }
    }

    private void ask(Drawing drawing, byte[] picture, Question question) {
        PruningOptions.Builder none = PruningOptions.builder().strategy(PruningOptions.NONE);
        GenerationResult full = answer(picture, question, none.build());
        GenerationResult pruned = answer(
                picture,
                question,
                PruningOptions.builder().strategy(PruningOptions.GLIMPSE).build());
        double kept = pruned.report().retention();
        GenerationResult chance = answer(
                picture,
                question,
                PruningOptions.builder()
                        .strategy(RandomStrategy.NAME)
                        .maxRetentionRatio(kept)
                        .build());
        double found = found(drawing.evidenceCells(question), pruned);
        for (Score score : List.of(scores.computeIfAbsent(question.kind(), kind -> new Score()), all)) {
            score.add(right(full, question), right(pruned, question), right(chance, question), kept, found);
        }
    }

    private GenerationResult answer(byte[] picture, Question question, PruningOptions pruning) {
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user(question.text(), picture)), pruning, GenerationOptions.defaults()));
    }

    private static boolean right(GenerationResult result, Question question) {
        return result.text().equals(question.answer());
    }

    private static double found(BitSet evidence, GenerationResult pruned) {
        BitSet kept = new BitSet();
        for (int token : pruned.report().images().get(0).kept()) {
            kept.set(token);
        }
        kept.and(evidence);
        return evidence.isEmpty() ? Double.NaN : (double) kept.cardinality() / evidence.cardinality();
    }

    private void print(PrintStream out) {
        scores.forEach((kind, score) -> out.println(score.line(kind.label())));
        out.println(all.line("all"));
    }
}
