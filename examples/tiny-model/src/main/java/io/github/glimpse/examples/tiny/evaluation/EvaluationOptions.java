package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is asked.
 *
 * @param model location of the model, null for the embedded one
 * @param module location of its glimpse module; null only with the embedded model
 * @param questions for each pool of faces
 * @param faces which are asked, one after the other
 * @param split of the pictures
 * @param threshold above which a token stays, null for the module's
 * @param choosing whether thresholds are tried
 */
record EvaluationOptions(
        @Nullable String model,
        @Nullable String module,
        int questions,
        List<FacePool> faces,
        Split split,
        @Nullable Double threshold,
        boolean choosing) {

    private static final int QUESTIONS = 2_000;
    private static final String CHOOSE = "--choose-threshold";
    private static final String KNOWN = "[<model> <module>] [--questions=N] [--faces=seen|unseen|both]"
            + " [--split=test|validation] [--threshold=T] [--choose-threshold]";

    EvaluationOptions {
        faces = List.copyOf(faces);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if something on it is unknown, or cannot be asked together
     */
    static EvaluationOptions parse(String... arguments) {
        List<String> folders = new ArrayList<>();
        int questions = QUESTIONS;
        @Nullable String faces = null;
        @Nullable Split split = null;
        @Nullable Double threshold = null;
        boolean choosing = false;
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            if (!argument.startsWith("--")) {
                folders.add(argument);
            } else if (argument.startsWith("--questions=")) {
                questions = Integer.parseInt(value);
            } else if (argument.startsWith("--faces=")) {
                faces = value;
            } else if (argument.startsWith("--split=")) {
                split = Split.valueOf(value.toUpperCase(Locale.ROOT));
            } else if (argument.startsWith("--threshold=")) {
                threshold = Double.valueOf(value);
            } else if (argument.equals(CHOOSE)) {
                choosing = true;
            } else {
                throw new IllegalArgumentException("'" + argument + "' is not known; there are " + KNOWN);
            }
        }
        if (folders.size() != 0 && folders.size() != 2) {
            throw new IllegalArgumentException(
                    "Give the folders of the model and of its glimpse module, or none for the" + " embedded ones: "
                            + KNOWN);
        }
        if (choosing && (split == Split.TEST || threshold != null)) {
            throw new IllegalArgumentException(
                    CHOOSE + " looks at the validation split and tries thresholds of its own");
        }
        Split asked = split != null ? split : choosing ? Split.VALIDATION : Split.TEST;
        return new EvaluationOptions(
                folders.isEmpty() ? null : folders.get(0),
                folders.isEmpty() ? null : folders.get(1),
                questions,
                pools(faces != null ? faces : asked == Split.TEST ? "both" : "seen"),
                asked,
                threshold,
                choosing);
    }

    static List<FacePool> pools(String faces) {
        return faces.equals("both")
                ? List.of(FacePool.SEEN, FacePool.UNSEEN)
                : List.of(FacePool.valueOf(faces.toUpperCase(Locale.ROOT)));
    }
}
