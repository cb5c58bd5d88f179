package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.ParameterGroup;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs one stage of the training: {@code Train <stage> <run folder> [--name=value …]}. Started again with the same arguments it
 * goes on from its newest checkpoint.
 */
public final class Train {

    private static final String STAGES = "vision, symbolic, graft, align, joint, glimpse, export, embed";

    private Train() {}

    /** Runs the stage that the first argument names. */
    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            throw new IllegalArgumentException("Give a stage (" + STAGES + ") and a run folder");
        }
        Path folder = Path.of(arguments[1]);
        List<String> rest = List.of(arguments).subList(2, arguments.length);
        switch (arguments[0]) {
            case "vision" -> vision(StageOptions.parse(folder, rest, 20_000, 1.5e-3));
            case "symbolic" -> symbolic(StageOptions.parse(folder, rest, 10_000, 1.5e-3));
            case "graft" -> graft(StageOptions.parse(folder, rest, 400, 0));
            case "align" -> align(StageOptions.parse(folder, rest, 4_000, 1.5e-3));
            case "joint" -> joint(StageOptions.parse(folder, rest, 10_000, 8e-4));
            case "glimpse" -> GlimpseStage.train(StageOptions.parse(folder, rest, 1_500, 1.5e-3));
            case "embed" -> Embedding.parse(folder, rest).write();
            case "export" -> export(StageOptions.parse(folder, rest, 1, 0));
            default -> throw new IllegalArgumentException("No stage '" + arguments[0] + "'; there are: " + STAGES);
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

    private static void graft(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                GraftStage stage = new GraftStage(runtime, options)) {
            stage.run(runtime);
        }
    }

    private static void align(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                AlignStage stage = new AlignStage(runtime, options)) {
            stage.train(runtime);
        }
    }

    private static void joint(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                JointStage stage = new JointStage(runtime, options)) {
            stage.train(runtime);
        }
    }

    /** Writes the model folder of a run, finished or not. */
    private static void export(StageOptions options) {
        ParameterGroup frozen = ParameterGroup.frozen("all");
        try (TorchRuntime runtime = start(options);
                TinyModel model = new TinyModel(runtime, options.seed(), frozen, frozen, frozen)) {
            options.from().forEach(source -> RunFolder.copyInto(model.parameters(), source));
            ModelFolder.write(options.folder(), model.parameters(), options.half() ? StoredType.BF16 : StoredType.F32);
        }
    }

    private static TorchRuntime start(StageOptions options) {
        return TorchRuntime.start(
                new RuntimeOptions("cpu", options.threads(), RuntimeOptions.NativeDownload.FORBIDDEN));
    }
}
