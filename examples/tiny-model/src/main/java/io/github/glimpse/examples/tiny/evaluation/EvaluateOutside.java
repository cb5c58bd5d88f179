package io.github.glimpse.examples.tiny.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.Phrasebook;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Asks the questions of a folder that {@code outside.py} has drawn: {@code EvaluateOutside <folder> [<model> <module>]}. Prints a line for
 * each line of the suite, in full and pruned:
 * {@code line=<name> n=<n> full=<%> glimpse=<%> refused=<%> sure-and-wrong=<%> kept=<%> recall=<%>}.
 */
public final class EvaluateOutside {

    private static final int LONGEST_ANSWER = 16;
    /** Of both editions. */
    private static final Set<String> REFUSALS = Set.of(Vocabulary.REFUSAL, Phrasebook.ABSENT, Phrasebook.UNREADABLE);

    private static final String QUESTIONS = "questions.jsonl";

    private EvaluateOutside() {}

    /** A question; an empty answer means that it must be refused. */
    private record Asked(String line, Path picture, String question, String answer, List<double[]> boxes) {}

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
            Map<String, OutsideScore> scores = new TreeMap<>();
            read(suite).parallelStream()
                    .map(asked -> outcome(loaded, asked))
                    .toList()
                    .forEach(outcome -> scores.computeIfAbsent(outcome.line(), line -> new OutsideScore())
                            .add(outcome));
            scores.forEach((name, score) -> out.println(score.line(name)));
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

    private static List<Asked> read(Path suite) {
        ObjectMapper json = new ObjectMapper();
        List<Asked> all = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(suite.resolve(QUESTIONS), StandardCharsets.UTF_8)) {
                JsonNode node = json.readTree(line);
                List<double[]> boxes = new ArrayList<>();
                node.path("boxes")
                        .forEach(box -> boxes.add(new double[] {
                            box.path(0).asDouble(),
                            box.path(1).asDouble(),
                            box.path(2).asDouble(),
                            box.path(3).asDouble()
                        }));
                all.add(new Asked(
                        node.path("line").asText(),
                        suite.resolve(node.path("picture").asText()),
                        node.path("question").asText(),
                        node.path("answer").asText(),
                        boxes));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The suite '" + suite + "' cannot be read; outside.py draws it", e);
        }
        return all;
    }

    private static OutsideScore.Outcome outcome(LoadedModel model, Asked asked) {
        byte[] picture;
        try {
            picture = Files.readAllBytes(asked.picture());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        GenerationResult pruned = answer(model, asked, picture, PruningOptions.GLIMPSE);
        GenerationResult full = answer(model, asked, picture, PruningOptions.NONE);
        return new OutsideScore.Outcome(
                asked.line(),
                right(full, asked),
                right(pruned, asked),
                refuses(full),
                full.likelihood().leastProbability(),
                pruned.report().retention(),
                found(pruned.report().images().get(0), asked));
    }

    private static GenerationResult answer(LoadedModel model, Asked asked, byte[] picture, String strategy) {
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user(asked.question(), picture)),
                PruningOptions.builder().strategy(strategy).build(),
                GenerationOptions.defaults()));
    }

    private static boolean right(GenerationResult result, Asked asked) {
        return asked.answer().isEmpty() ? refuses(result) : result.text().equals(asked.answer());
    }

    private static boolean refuses(GenerationResult result) {
        return REFUSALS.contains(result.text());
    }

    /** Share of the tokens that touch a box of the evidence that stayed. */
    private static double found(PruningReport.Image image, Asked asked) {
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
