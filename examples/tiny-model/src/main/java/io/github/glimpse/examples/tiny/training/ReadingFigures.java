package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.train.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** Shares of answers that are right as a whole, by kind: of the trained batch, and of pictures never trained. */
final class ReadingFigures {

    /** What is validated: the whole picture, the evidence alone behind the cut, anything but the evidence there. */
    private enum Sight {
        FULL,
        CUT,
        BLIND;

        String prefix() {
            return name().toLowerCase(Locale.ROOT) + "_";
        }
    }

    private ReadingFigures() {}

    /** Columns of the curve file. */
    static String[] columns(String... losses) {
        List<String> columns = new ArrayList<>(List.of("answer"));
        columns.addAll(List.of(losses));
        addKinds(columns, "");
        for (Sight sight : Sight.values()) {
            addKinds(columns, sight.prefix());
        }
        return columns.toArray(String[]::new);
    }

    private static void addKinds(List<String> columns, String prefix) {
        columns.add(prefix + "all");
        for (QuestionKind kind : QuestionKind.values()) {
            columns.add(prefix + kind.label());
        }
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

    /** Asks about the pictures that are not trained. */
    static void validate(
            Figures figures, TensorScope scope, BiFunction<ReadingData, TensorScope, List<NDArray>> reader) {
        for (Sight sight : Sight.values()) {
            AskedQuestion.Cut left = sight == Sight.BLIND ? AskedQuestion.Cut.STRAYS : AskedQuestion.Cut.EVIDENCE;
            for (ReadingData data : ReadingData.validation(sight != Sight.FULL, left)) {
                try (TensorScope part = scope.openChild()) {
                    long[] said = reader.apply(data, part).get(2).toLongArray();
                    addAnswers(figures, sight.prefix(), data.batch(), said);
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
