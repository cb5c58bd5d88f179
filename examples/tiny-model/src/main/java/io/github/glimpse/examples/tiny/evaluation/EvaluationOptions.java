package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.CommandLines.WrongArgumentsException;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What is asked.
 *
 * @param model location of the model, null for the embedded one
 * @param module location of its glimpse module; null only with the embedded model
 * @param questions for each pool of faces
 * @param faces which are asked, one after the other
 * @param split of the pictures
 * @param kinds that are asked, all if none are named
 * @param threshold above which a token stays, null for the module's
 * @param choosing whether thresholds are tried
 */
record EvaluationOptions(
        @Nullable String model,
        @Nullable String module,
        int questions,
        List<FacePool> faces,
        Split split,
        Set<QuestionKind> kinds,
        @Nullable Double threshold,
        boolean choosing) {

    private static final int QUESTIONS = 2_000;
    private static final String CHOOSE = "--choose-threshold";

    /** The options as they are written. */
    @Command(name = "Evaluate", sortOptions = false)
    private static final class Written {

        @Parameters(
                arity = "0..*",
                paramLabel = "<model> <module>",
                description = "Locations, or none for the embedded ones")
        private List<String> folders = new ArrayList<>();

        @Option(names = "--questions", description = "For each pool of faces")
        private int questions = QUESTIONS;

        @Option(names = "--faces", description = "${COMPLETION-CANDIDATES}")
        private @Nullable Faces faces;

        @Option(names = "--split", description = "${COMPLETION-CANDIDATES}")
        private @Nullable Split split;

        @Option(names = "--kinds", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}")
        private List<QuestionKind> kinds = new ArrayList<>();

        @Option(names = "--threshold", description = "Above which a token stays, if not the module's")
        private @Nullable Double threshold;

        @Option(names = CHOOSE, description = "Try thresholds on the validation split")
        private boolean choosing;
    }

    /** Pools of faces, as a command line names them. */
    enum Faces {
        SEEN,
        UNSEEN,
        BOTH;

        /** The pools; if none are named, both of the test split and the seen one of others. */
        static List<FacePool> pools(@Nullable Faces named, Split split) {
            Faces asked = named != null ? named : split == Split.TEST ? BOTH : SEEN;
            return switch (asked) {
                case SEEN -> List.of(FacePool.SEEN);
                case UNSEEN -> List.of(FacePool.UNSEEN);
                case BOTH -> List.of(FacePool.SEEN, FacePool.UNSEEN);
            };
        }
    }

    EvaluationOptions {
        faces = List.copyOf(faces);
        kinds = Set.copyOf(kinds);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if something on it is unknown, or cannot be asked together
     */
    static EvaluationOptions parse(String... arguments) {
        Written written = CommandLines.read(new Written(), List.of(arguments));
        List<String> folders = written.folders;
        if (folders.size() != 0 && folders.size() != 2) {
            throw new WrongArgumentsException("Give the folders of the model and of its glimpse module, or none for the"
                    + " embedded ones; there are " + folders);
        }
        if (written.choosing && (written.split == Split.TEST || written.threshold != null)) {
            throw new WrongArgumentsException(
                    CHOOSE + " looks at the validation split and tries thresholds of its own");
        }
        Split split = written.split != null ? written.split : written.choosing ? Split.VALIDATION : Split.TEST;
        return new EvaluationOptions(
                folders.isEmpty() ? null : folders.get(0),
                folders.isEmpty() ? null : folders.get(1),
                written.questions,
                Faces.pools(written.faces, split),
                split,
                Set.copyOf(written.kinds),
                written.threshold,
                written.choosing);
    }
}
