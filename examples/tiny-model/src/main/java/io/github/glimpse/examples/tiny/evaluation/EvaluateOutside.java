package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * Asks the questions of a folder that {@code outside.py} has drawn: {@code EvaluateOutside <folder> [<model> <module>]}. Prints a line for
 * each line of the suite, in full, pruned, and with as many tokens by chance:
 * {@code line=<name> n=<n> full=<%> glimpse=<%> random=<%> refused=<%> sure-and-wrong=<%> kept=<%> recall=<%>}; behind them how well
 * the likelihood, of the least likely token and in the mean, tells right from wrong in the pruned answers of all lines together ({@link DoubtTable}).
 */
public final class EvaluateOutside {

    private static final int LONGEST_ANSWER = 200;
    private static final String AFTER_A_CALL = "-then";

    private EvaluateOutside() {}

    /** Asks and prints. */
    public static void main(String[] arguments) {
        if (arguments.length != 1 && arguments.length != 3) {
            throw new IllegalArgumentException(
                    "Give the folder of the suite and, if you mean others than the embedded ones, a model and a module");
        }
        report(List.of(arguments), System.out);
    }

    static void report(List<String> arguments, PrintStream out) {
        Path suite = Path.of(arguments.get(0));
        boolean embedded = arguments.size() == 1;
        try (ModelSource model = embedded ? ModelSource.embedded() : ModelSource.open(arguments.get(1));
                ModelSource module =
                        embedded ? ModelSource.embeddedModule() : ModelSource.openModule(arguments.get(2));
                LoadedModel loaded = load(model, module)) {
            OutsideChat chat = new OutsideChat(loaded);
            Map<String, OutsideScore> scores = new TreeMap<>();
            DoubtTable likelihood = new DoubtTable("likelihood");
            DoubtTable mean = new DoubtTable("mean-likelihood");
            // A line stands together, and some cost ten times as much as others: one thread would be left with those.
            List<OutsideQuestion> questions = new ArrayList<>(OutsideQuestion.read(suite));
            Collections.shuffle(questions, new Random(0));
            questions.parallelStream()
                    .flatMap(asked -> outcomes(chat, asked).stream())
                    .toList()
                    .forEach(outcome -> {
                        scores.computeIfAbsent(outcome.line(), line -> new OutsideScore())
                                .add(outcome);
                        if (!Double.isNaN(outcome.prunedLikelihood())) {
                            likelihood.add(outcome.prunedLikelihood(), outcome.pruned());
                            mean.add(outcome.prunedMean(), outcome.pruned());
                        }
                    });
            scores.forEach((name, score) -> out.println(score.line(name)));
            likelihood.lines().forEach(out::println);
            mean.lines().forEach(out::println);
        }
    }

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

    /** What came of a question; where the tool was to be called, what came behind the call as a line of its own. */
    private static List<OutsideScore.Outcome> outcomes(OutsideChat chat, OutsideQuestion asked) {
        OutsideChat.Reply full = chat.ask(asked, strategy(PruningOptions.NONE));
        OutsideChat.Reply pruned = chat.ask(asked, strategy(PruningOptions.GLIMPSE));
        PruningReport report = pruned.metadata().pruning();
        AnswerLikelihood held = likelihood(pruned.metadata());
        OutsideChat.Reply chance = chat.ask(asked, byChance(report));
        OutsideScore.Outcome outcome = new OutsideScore.Outcome(
                asked.line(),
                full.right(),
                pruned.right(),
                chance.right(),
                full.refused(),
                likelihood(full.metadata()).leastProbability(),
                held.leastProbability(),
                held.meanProbability(),
                report.retention(),
                found(report.images().get(asked.seen()), asked));
        List<OutsideScore.Outcome> outcomes = new ArrayList<>(List.of(outcome));
        if (full.later() != null && pruned.later() != null && chance.later() != null) {
            outcomes.add(outcome.then(asked.line() + AFTER_A_CALL, full.later(), pruned.later(), chance.later()));
        }
        return outcomes;
    }

    private static AnswerLikelihood likelihood(GlimpseChatResponseMetadata metadata) {
        return Objects.requireNonNull(metadata.likelihood(), "The embedded model tells it");
    }

    private static GlimpseChatRequestParameters.Builder strategy(String name) {
        return GlimpseChatRequestParameters.builder()
                .pruning(PruningOptions.builder().strategy(name).build());
    }

    private static GlimpseChatRequestParameters.Builder byChance(PruningReport pruned) {
        return GlimpseChatRequestParameters.builder()
                .pruning(Examination.asMany(PruningStep.builder("random"), pruned));
    }

    /** Share of the tokens that touch a box of the evidence that stayed. */
    private static double found(PruningReport.Image image, OutsideQuestion asked) {
        BitSet kept = new BitSet();
        for (int token : image.kept()) {
            kept.set(token);
        }
        int needed = 0;
        int there = 0;
        for (int token = 0; token < image.plan().grid().tokenCount(); token++) {
            if (touches(image.plan().area(token), asked.boxes())) {
                needed++;
                there += kept.get(token) ? 1 : 0;
            }
        }
        return needed == 0 ? Double.NaN : (double) there / needed;
    }

    private static boolean touches(PixelArea area, List<double[]> boxes) {
        return boxes.stream()
                .anyMatch(box ->
                        area.left() < box[2] && box[0] < area.right() && area.top() < box[3] && box[1] < area.bottom());
    }
}
