package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.CommandLines.WrongArgumentsException;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.evaluation.EvaluationOptions.Faces;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

    /** The options as they are written. */
    @Command(name = "EvaluateClip", sortOptions = false)
    private static final class Written {

        @Parameters(paramLabel = "<model>", description = "Folder of the model")
        private Path model = Path.of("");

        @Option(names = "--pictures", description = "In each pool of faces")
        private int pictures = 1_000;

        @Option(names = "--faces", description = "${COMPLETION-CANDIDATES}")
        private @Nullable Faces faces;

        @Option(names = "--split", description = "${COMPLETION-CANDIDATES}")
        private Split split = Split.TEST;

        @Option(names = "--at", description = "Place of the cut")
        private String at = "25 %";
    }

    ClipOptions {
        faces = List.copyOf(faces);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if something on it is unknown, or no model is named
     */
    static ClipOptions parse(String... arguments) {
        Written written = CommandLines.read(new Written(), List.of(arguments));
        if (written.pictures < 2) {
            throw new WrongArgumentsException("--pictures is " + written.pictures + "; give at least 2");
        }
        return new ClipOptions(
                written.model, written.pictures, Faces.pools(written.faces, written.split), written.split, written.at);
    }
}
