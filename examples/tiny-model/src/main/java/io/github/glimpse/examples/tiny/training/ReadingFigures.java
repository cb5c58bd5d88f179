package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.train.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Shares of answers that are right as a whole, by kind: of the trained batch, and of pictures never trained, full and cut. */
final class ReadingFigures {

    private static final String FULL = "full_";
    private static final String CUT = "cut_";

    private ReadingFigures() {}

    /** Columns of the curve file. */
    static String[] columns(String... losses) {
        List<String> columns = new ArrayList<>(List.of("answer"));
        columns.addAll(List.of(losses));
        for (String prefix : new String[] {"", FULL, CUT}) {
            columns.add(prefix + "all");
            for (QuestionKind kind : QuestionKind.values()) {
                columns.add(prefix + kind.label());
            }
        }
        return columns.toArray(String[]::new);
    }

    /** Adds the parts of the loss and the answers of a trained batch. */
    static void addTraining(Figures figures, ReadingBatch batch, List<NDArray> results, String... losses) {
        float[] parts = results.get(1).toFloatArray();
        figures.add("answer", parts[0]);
        for (int i = 0; i < losses.length; i++) {
            figures.add(losses[i], parts[i + 1]);
        }
        addAnswers(figures, "", batch, results.get(2).toLongArray());
    }

    /** Asks about the pictures that are not trained, with the whole picture and with the evidence alone behind the cut. */
    static void validate(
            Figures figures, TensorScope scope, BiFunction<ReadingData, TensorScope, List<NDArray>> reader) {
        for (boolean cut : new boolean[] {false, true}) {
            for (ReadingData data : ReadingData.validation(cut)) {
                try (TensorScope part = scope.openChild()) {
                    long[] said = reader.apply(data, part).get(2).toLongArray();
                    addAnswers(figures, cut ? CUT : FULL, data.batch(), said);
                }
            }
        }
    }

    private static void addAnswers(Figures figures, String prefix, ReadingBatch batch, long[] said) {
        List<Boolean> right = batch.right(said);
        for (int i = 0; i < right.size(); i++) {
            double value = right.get(i) ? 1 : 0;
            figures.add(prefix + "all", value);
            figures.add(prefix + batch.asked().get(i).kind().label(), value);
        }
    }
}
