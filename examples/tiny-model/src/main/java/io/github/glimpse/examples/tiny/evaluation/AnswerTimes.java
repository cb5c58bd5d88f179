package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.CommandLines.WrongArgumentsException;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Times questions to a warm model, each about a picture that it has not seen: from the bytes of a PNG to the text. Without arguments it asks the embedded
 * model and prints {@code questions=<n> side=<pixels> turns=<n> ids=<most of a prompt> threads=<n> least=<ms> median=<ms> p90=<ms>}.
 */
public final class AnswerTimes {

    private static final int LONGEST_ANSWER = 12;
    private static final int MOST_WARM_UP = 40;
    private static final int FEWEST_SENTENCES = 2;

    /** What is asked. */
    @Command(name = "AnswerTimes", sortOptions = false)
    static final class Written {

        @Parameters(
                arity = "0..*",
                paramLabel = "<model> <module>",
                description = "Folders, or none for the embedded ones; a model alone sees all of its pictures")
        List<Path> folders = new ArrayList<>();

        @Option(names = "--questions", description = "How many, ${DEFAULT-VALUE}")
        int questions = 200;

        @Option(names = "--side", description = "Pixels of a side of the pictures, a multiple of 28, ${DEFAULT-VALUE}")
        int side = 448;

        @Option(
                names = "--turns",
                description = "Questions about a picture, of which the last is timed, ${DEFAULT-VALUE}")
        int turns = 1;

        @Option(
                names = "--sentences",
                description = "In front of the first question, some 25 ids each, ${DEFAULT-VALUE}")
        int sentences;

        @Option(names = "--threads", description = "Of an operation; 0 for the library's choice, ${DEFAULT-VALUE}")
        int threads;
    }

    private AnswerTimes() {}

    /** Asks and prints. */
    public static void main(String[] arguments) {
        CommandLines.run(() -> print(CommandLines.read(new Written(), List.of(arguments)), System.out));
    }

    static void print(Written options, PrintStream out) {
        boolean few = options.sentences != 0 && options.sentences < FEWEST_SENTENCES;
        if (options.questions < 1 || options.turns < 1 || options.folders.size() > 2 || few) {
            throw new WrongArgumentsException("Ask at least one question in at least one turn, behind none or at least "
                    + FEWEST_SENTENCES + " sentences, of at most a model and its module");
        }
        try (ModelSource model = options.folders.isEmpty()
                        ? ModelSource.embedded()
                        : ModelSource.open(options.folders.get(0).toString());
                ModelSource module = module(options.folders);
                LoadedModel loaded = LoadedModel.load(EngineOptions.builder(model.directory())
                        .module(module == null ? null : module.directory())
                        .runtime(new RuntimeOptions("cpu", options.threads, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .generation(GenerationOptions.builder()
                                .maxOutputTokens(LONGEST_ANSWER)
                                .build())
                        .build())) {
            String pruning = module == null ? PruningOptions.NONE : PruningOptions.GLIMPSE;
            double[] millis = new double[options.questions];
            int ids = 0;
            for (int i = -Math.min(MOST_WARM_UP, options.questions); i < options.questions; i++) {
                Last last = ask(loaded, pruning, options, Math.floorMod(i, Integer.MAX_VALUE));
                ids = Math.max(ids, last.ids());
                if (i >= 0) {
                    millis[i] = last.millis();
                }
            }
            Arrays.sort(millis);
            out.printf(
                    Locale.ROOT,
                    "questions=%d side=%d turns=%d ids=%d threads=%s least=%.1f median=%.1f p90=%.1f%n",
                    options.questions,
                    options.side,
                    options.turns,
                    ids,
                    options.threads == 0 ? "auto" : Integer.toString(options.threads),
                    millis[0],
                    millis[millis.length / 2],
                    millis[millis.length * 9 / 10]);
        }
    }

    private static @Nullable ModelSource module(List<Path> folders) {
        return switch (folders.size()) {
            case 0 -> ModelSource.embeddedModule();
            case 1 -> null;
            default -> ModelSource.openModule(folders.get(1).toString());
        };
    }

    /** The last turn: how long it took, and how many ids its prompt had. */
    private record Last(double millis, int ids) {}

    private static Last ask(LoadedModel model, String pruning, Written options, int number) {
        PageSize size = new PageSize(options.side / PageSize.CELL, options.side / PageSize.CELL);
        Drawing drawing = Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, Family.DOC, size, number));
        byte[] picture = PictureBytes.png(drawing);
        List<ChatTurn> turns = new ArrayList<>();
        Last last = new Last(0, 0);
        for (int turn = 0; turn < options.turns; turn++) {
            Question question =
                    drawing.questions().get(turn % drawing.questions().size());
            turns.add(turn == 0 ? first(question, options.sentences, number, picture) : ChatTurn.user(question.text()));
            long start = System.nanoTime();
            GenerationResult answer = model.generate(new GenerationRequest(
                    turns, PruningOptions.builder().strategy(pruning).build(), GenerationOptions.defaults()));
            last = new Last((System.nanoTime() - start) / 1e6, answer.inputTokens());
            turns.add(new ChatTurn(ChatTurn.Role.ASSISTANT, List.of(new ChatTurn.Text(answer.text()))));
        }
        return last;
    }

    private static ChatTurn first(Question question, int sentences, int number, byte[] picture) {
        return sentences == 0
                ? ChatTurn.user(question.text(), picture)
                : ChatTurn.user(
                        Surroundings.behind(question, sentences, new Dice(number))
                                .text(),
                        picture);
    }
}
