package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.train.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Shares of answers that are right as a whole, by kind: of the trained batch, and of what is never trained. */
final class AnswerFigures {

    private AnswerFigures() {}

    /** Columns of the curve file. */
    static String[] columns(Lessons lessons, List<String> losses) {
        List<String> columns = new ArrayList<>(List.of("answer"));
        columns.addAll(losses);
        addKinds(columns, lessons, "");
        for (Sight sight : Sight.values()) {
            addKinds(columns, lessons, sight.prefix());
        }
        return columns.toArray(String[]::new);
    }

    private static void addKinds(List<String> columns, Lessons lessons, String prefix) {
        columns.add(prefix + "all");
        lessons.kinds().forEach(kind -> columns.add(prefix + kind));
    }

    /** Adds the parts of the loss and the answers of a trained batch. */
    static void addTraining(Figures figures, Questions questions, List<NDArray> results, List<String> losses) {
        float[] parts = results.get(1).toFloatArray();
        figures.add("answer", parts[0]);
        for (int i = 0; i < losses.size(); i++) {
            figures.add(losses.get(i), parts[i + 1]);
        }
        addAnswers(figures, "", questions, results.get(2).toLongArray());
    }

    /** Asks about what is not trained. */
    static void validate(
            Figures figures,
            Lessons lessons,
            TensorScope scope,
            BiFunction<Lesson, TensorScope, List<NDArray>> reader) {
        for (Sight sight : Sight.values()) {
            lessons.validation(sight).forEach(lesson -> {
                try (TensorScope part = scope.openChild()) {
                    long[] said = reader.apply(lesson, part).get(2).toLongArray();
                    addAnswers(figures, sight.prefix(), lesson.questions(), said);
                }
            });
        }
    }

    private static void addAnswers(Figures figures, String prefix, Questions questions, long[] said) {
        List<Boolean> right = questions.right(said);
        for (int i = 0; i < right.size(); i++) {
            double value = right.get(i) ? 1 : 0;
            figures.add(prefix + "all", value);
            figures.add(prefix + questions.kinds().get(i), value);
        }
    }
}
