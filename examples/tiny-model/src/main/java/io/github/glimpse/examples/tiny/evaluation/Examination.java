package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks the questions about a number of pictures, some pictures at once. The first question about a picture has the model look at it,
 * the others find what it saw in the engine's cache. What comes out does not depend on how many are asked at once.
 */
final class Examination {

    private final LoadedModel model;
    private final List<Sheet> sheets = new ArrayList<>();

    /** A picture, and how many of its questions are asked. */
    private record Sheet(DrawingRequest request, int firstQuestion, int questions) {}

    /** A question with its picture as a file. */
    record Asked(Drawing drawing, byte[] picture, Question question, int number) {}

    /** Work on one question. */
    @FunctionalInterface
    interface Work<T> {

        T of(Asked asked);
    }

    /** Takes the first pictures of the split until there are so many questions. */
    Examination(LoadedModel model, Split split, FacePool faces, int questions) {
        this.model = model;
        int taken = 0;
        for (long number = 0; taken < questions; number++) {
            DrawingRequest request = DrawingRequest.nth(split, faces, number);
            int count = Math.min(Studio.draw(request).questions().size(), questions - taken);
            sheets.add(new Sheet(request, taken, count));
            taken += count;
        }
    }

    /** Results of all questions in their order. */
    <T> List<T> each(Work<T> work) {
        return sheets.parallelStream()
                .flatMap(sheet -> asked(sheet).map(work::of))
                .toList();
    }

    private static Stream<Asked> asked(Sheet sheet) {
        Drawing drawing = Studio.draw(sheet.request());
        byte[] picture = PictureBytes.png(drawing);
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < sheet.questions(); i++) {
            asked.add(new Asked(drawing, picture, drawing.questions().get(i), sheet.firstQuestion() + i));
        }
        return asked.stream();
    }

    /** The answer with all image tokens. */
    boolean rightInFull(Asked asked) {
        return right(answer(asked, PruningOptions.NONE, null, null), asked);
    }

    /** The answer with what the module keeps. */
    GenerationResult glimpse(Asked asked, @Nullable Double threshold) {
        return answer(asked, PruningOptions.GLIMPSE, threshold, null);
    }

    /** The answer with so many by a control. */
    boolean rightByControl(Asked asked, String strategy, double keptRatio) {
        return right(answer(asked, strategy, null, keptRatio), asked);
    }

    private GenerationResult answer(
            Asked asked, String strategy, @Nullable Double threshold, @Nullable Double keptRatio) {
        PruningOptions pruning = PruningOptions.builder()
                .strategy(strategy)
                .threshold(threshold)
                .maxRetentionRatio(keptRatio)
                .build();
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user(asked.question().text(), asked.picture())),
                pruning,
                GenerationOptions.defaults()));
    }

    /** Whether the whole answer is as it should be. */
    static boolean right(GenerationResult result, Asked asked) {
        return result.text().equals(asked.question().answer());
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
