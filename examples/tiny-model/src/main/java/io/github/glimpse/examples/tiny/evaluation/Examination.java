package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks the questions about a number of pictures, some pictures at once. The first question about a picture has the model look at it,
 * the others find what it saw in the engine's cache. What comes out does not depend on how many are asked at once.
 */
final class Examination {

    /** Where the module of the tiny model cuts. */
    private static final String CUT = "layer 4";

    private static final int SEEDS = 32;

    private final LoadedModel model;
    private final Set<QuestionKind> kinds;
    private final List<Sheet> sheets = new ArrayList<>();

    /** A picture, and how many of its questions of the kinds that are meant are asked. */
    private record Sheet(DrawingRequest request, int firstQuestion, int questions) {}

    /** A question with its picture as a file. */
    record Asked(Drawing drawing, byte[] picture, Question question, int number) {}

    /** Work on one question. */
    @FunctionalInterface
    interface Work<T> {

        T of(Asked asked);
    }

    /**
     * Takes the first pictures of the split until there are so many questions.
     *
     * @param kinds of the questions, all if there are none
     */
    Examination(LoadedModel model, Split split, FacePool faces, int questions, Set<QuestionKind> kinds) {
        this.model = model;
        this.kinds = kinds;
        int taken = 0;
        for (long number = 0; taken < questions; number++) {
            DrawingRequest request = DrawingRequest.nth(split, faces, number);
            int count = Math.min(meant(Studio.draw(request)).size(), questions - taken);
            if (count > 0) {
                sheets.add(new Sheet(request, taken, count));
            }
            taken += count;
        }
    }

    /** Results of all questions in their order. */
    <T> List<T> each(Work<T> work) {
        return sheets.parallelStream()
                .flatMap(sheet -> asked(sheet).map(work::of))
                .toList();
    }

    private List<Question> meant(Drawing drawing) {
        return drawing.questions().stream()
                .filter(question -> kinds.isEmpty() || kinds.contains(question.kind()))
                .toList();
    }

    private Stream<Asked> asked(Sheet sheet) {
        Drawing drawing = Studio.draw(sheet.request());
        byte[] picture = PictureBytes.png(drawing);
        List<Question> questions = meant(drawing);
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < sheet.questions(); i++) {
            asked.add(new Asked(drawing, picture, questions.get(i), sheet.firstQuestion() + i));
        }
        return asked.stream();
    }

    /** The answer with all image tokens. */
    boolean rightInFull(Asked asked) {
        return right(answer(asked, plain(PruningOptions.NONE).build()), asked);
    }

    /** The answer with what the module keeps. */
    GenerationResult glimpse(Asked asked, @Nullable Double threshold) {
        return answer(asked, plain(PruningOptions.GLIMPSE).threshold(threshold).build());
    }

    /** The answer with as many by chance. The seed follows the question, so that one unlucky draw decides little. */
    boolean rightByChance(Asked asked, PruningReport pruned) {
        String seed = Integer.toString(asked.number() % SEEDS);
        return rightWithAsMany(asked, PruningStep.builder("random").options(Map.of("seed", seed)), pruned);
    }

    /** The answer with as many spread evenly. */
    boolean rightByGrid(Asked asked, PruningReport pruned) {
        return rightWithAsMany(asked, PruningStep.builder("grid"), pruned);
    }

    private boolean rightWithAsMany(Asked asked, PruningStep.Builder control, PruningReport pruned) {
        return right(answer(asked, asMany(control, pruned)), asked);
    }

    /** A cut by another strategy where the module cuts, that keeps as many tokens. */
    static PruningOptions asMany(PruningStep.Builder control, PruningReport pruned) {
        // Half a token more, so that truncation gives the count whatever the last bit of the product.
        double ratio = Math.min(1, (pruned.keptTokens() + 0.5) / pruned.imageTokens());
        PruningStep step = control.at(CUT).retentionRatio(ratio).build();
        return PruningOptions.builder().schedule(List.of(step)).build();
    }

    private static PruningOptions.Builder plain(String strategy) {
        return PruningOptions.builder().strategy(strategy);
    }

    private GenerationResult answer(Asked asked, PruningOptions pruning) {
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user(asked.question().text(), asked.picture())),
                pruning,
                GenerationOptions.defaults()));
    }

    /** Whether the whole answer is as it should be; a refusal may be that of another edition. */
    static boolean right(GenerationResult result, Asked asked) {
        String wanted = asked.question().answer();
        return Refusals.isOne(wanted)
                ? Refusals.isOne(result.text())
                : result.text().equals(wanted);
    }

    /** Share of the evidence that was kept; not a number where there is none. */
    static double found(GenerationResult pruned, Asked asked) {
        BitSet evidence = asked.drawing().evidenceCells(asked.question());
        BitSet kept = new BitSet();
        for (int token : pruned.report().images().get(0).kept()) {
            kept.set(token);
        }
        kept.and(evidence);
        return evidence.isEmpty() ? Double.NaN : (double) kept.cardinality() / evidence.cardinality();
    }
}
