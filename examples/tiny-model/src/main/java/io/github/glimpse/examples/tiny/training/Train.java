package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import java.nio.file.Path;
import java.util.List;

/** Runs one stage of the training: {@code Train <stage> <run folder> [--name=value …]}. Started again it goes on. */
public final class Train {

    private Train() {}

    /** Runs the stage that the first argument names. */
    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            throw new IllegalArgumentException("Give a stage (vision, symbolic) and a run folder");
        }
        Path folder = Path.of(arguments[1]);
        List<String> rest = List.of(arguments).subList(2, arguments.length);
        switch (arguments[0]) {
            case "vision" -> vision(StageOptions.parse(folder, rest, 20_000, 1.5e-3));
            case "symbolic" -> symbolic(StageOptions.parse(folder, rest, 10_000, 1.5e-3));
            default -> throw new IllegalArgumentException("No stage '" + arguments[0] + "'; there are: vision, symbolic");
        }
    }

    private static void vision(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                VisionStage stage = new VisionStage(runtime, options)) {
            stage.train(runtime);
        }
    }

    private static void symbolic(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                SymbolicStage stage = new SymbolicStage(runtime, options)) {
            stage.train(runtime);
        }
    }

    private static TorchRuntime start(StageOptions options) {
        return TorchRuntime.start(
                new RuntimeOptions("cpu", options.threads(), RuntimeOptions.NativeDownload.FORBIDDEN));
    }
}
