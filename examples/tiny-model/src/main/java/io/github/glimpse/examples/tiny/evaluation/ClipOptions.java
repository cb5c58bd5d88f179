package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What {@link EvaluateClip} looks at.
 *
 * @param model folder of the model
 * @param pictures in each pool of faces
 * @param faces which pools, one after the other
 * @param split of the pictures
 * @param at place of the cut, such as {@code 25 %}
 */
record ClipOptions(Path model, int pictures, List<FacePool> faces, Split split, String at) {

    private static final int PICTURES = 1_000;
    private static final String KNOWN =
            "<model> [--pictures=N] [--faces=seen|unseen|both] [--split=test|validation] [--at=PLACE]";

    ClipOptions {
        faces = List.copyOf(faces);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if something on it is unknown, or no model is named
     */
    static ClipOptions parse(String... arguments) {
        String model = null;
        int pictures = PICTURES;
        String faces = "";
        Split split = Split.TEST;
        String at = "25 %";
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            if (!argument.startsWith("--") && model == null) {
                model = argument;
            } else if (argument.startsWith("--pictures=")) {
                pictures = Integer.parseInt(value);
            } else if (argument.startsWith("--faces=")) {
                faces = value;
            } else if (argument.startsWith("--split=")) {
                split = Split.valueOf(value.toUpperCase(Locale.ROOT));
            } else if (argument.startsWith("--at=")) {
                at = value;
            } else {
                throw new IllegalArgumentException("'" + argument + "' is not known; there are " + KNOWN);
            }
        }
        if (model == null || pictures < 2) {
            throw new IllegalArgumentException("Give a model and at least 2 pictures: " + KNOWN);
        }
        String standard = split == Split.TEST ? "both" : "seen";
        return new ClipOptions(
                Path.of(model), pictures, EvaluationOptions.pools(faces.isEmpty() ? standard : faces), split, at);
    }
}
