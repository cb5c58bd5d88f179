package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.CommandLines;
import io.github.glimpse.examples.tiny.CommandLines.WrongArgumentsException;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * Runs one stage of the training: {@code Train <stage> <run folder> [--name=value …]}. Started again with the same arguments it
 * goes on from its newest checkpoint.
 */
public final class Train {

    private static final String STAGES =
            "vision, pages, converse, symbolic, graft, symbols, deepen, widen, widen-module, align, joint, keep, blend, glimpse, export, embed, clip, clip-export";

    private Train() {}

    /** Runs the stage that the first argument names; ends with 2 if the arguments cannot be meant. */
    public static void main(String[] arguments) {
        CommandLines.run(() -> run(arguments));
    }

    static void run(String... arguments) {
        if (arguments.length < 2) {
            throw new WrongArgumentsException("Give a stage (" + STAGES + ") and a run folder");
        }
        Path folder = Path.of(arguments[1]);
        List<String> rest = List.of(arguments).subList(2, arguments.length);
        switch (arguments[0]) {
            case "vision" -> train(StageOptions.parse(folder, rest, 20_000, 1.5e-3), VisionStage::new);
            case "pages" -> train(StageOptions.parse(folder, rest, 20_000, 1e-3), PagesStage::new);
            case "converse" ->
                train(
                        StageOptions.parse(folder, rest, 10_000, 1.2e-3),
                        (runtime, options) -> new SymbolicStage(runtime, options, Edition.SECOND));
            case "symbolic" ->
                train(
                        StageOptions.parse(folder, rest, 10_000, 1.5e-3),
                        (runtime, options) -> new SymbolicStage(runtime, options, Edition.FIRST));
            case "graft" -> graft(StageOptions.parse(folder, rest, 400, 0), false);
            case "symbols" -> graft(StageOptions.parse(folder, rest, 2_000, 0), true);
            case "deepen" -> grow(StageOptions.parse(folder, rest, 1, 0), DeeperTower::copyInto);
            case "widen" -> grow(StageOptions.parse(folder, rest, 1, 0), WiderTower::copyInto);
            case "widen-module" -> {
                List<Path> from = StageOptions.parse(folder, rest, 1, 0).from();
                if (from.size() != 2) {
                    throw new WrongArgumentsException(
                            "Give --from twice: the folders of the wider model and of the module");
                }
                WiderModule.write(from.get(0), from.get(1), folder.resolve("module"));
            }
            case "align" -> train(StageOptions.parse(folder, rest, 4_000, 1.5e-3), AlignStage::new);
            case "joint" -> train(StageOptions.parse(folder, rest, 10_000, 8e-4), JointStage::new);
            case "keep" -> RunFolder.keep(StageOptions.parse(folder, rest, 1, 0), folder.resolve(RunFolder.WEIGHTS));
            case "blend" -> RunFolder.blend(StageOptions.parse(folder, rest, 1, 0), folder.resolve(RunFolder.WEIGHTS));
            case "glimpse" -> GlimpseStage.train(StageOptions.parse(folder, rest, 1_500, 1.5e-3));
            case "embed" -> Embedding.parse(folder, rest).write();
            case "export" -> export(StageOptions.parse(folder, rest, 1, 0));
            case "clip" -> train(StageOptions.parse(folder, rest, 1_500, 1.5e-3), ClipStage::new);
            case "clip-export" -> exportClip(StageOptions.parse(folder, rest, 1, 0));
            default -> throw new WrongArgumentsException("No stage '" + arguments[0] + "'; there are: " + STAGES);
        }
    }

    /** A stage that trains: frees what it has made when it is closed. */
    interface Stage extends AutoCloseable {

        /** Trains to the end, or goes on. */
        void train(TorchRuntime runtime);

        @Override
        void close();
    }

    private static void train(StageOptions options, BiFunction<TorchRuntime, StageOptions, Stage> maker) {
        try (TorchRuntime runtime = start(options);
                Stage stage = maker.apply(runtime, options)) {
            stage.train(runtime);
        }
    }

    private static void graft(StageOptions options, boolean back) {
        try (TorchRuntime runtime = start(options);
                GraftStage stage = new GraftStage(runtime, options, back)) {
            stage.run(runtime);
        }
    }

    private static void grow(StageOptions options, BiConsumer<TrainableParameters, Path> copy) {
        try (TorchRuntime runtime = start(options);
                TinyModel model = TinyModel.frozen(runtime, options.edition(), options.seed())) {
            options.from().forEach(source -> copy.accept(model.parameters(), source));
            model.parameters().save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
        }
    }

    /** Writes the model folder of a run, finished or not. */
    private static void export(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                TinyModel model = TinyModel.frozen(runtime, options.edition(), options.seed())) {
            options.from().forEach(source -> RunFolder.copyInto(model.parameters(), source));
            ModelFolder.write(
                    options.folder(),
                    options.edition(),
                    model.parameters(),
                    options.half() ? StoredType.BF16 : StoredType.F32);
        }
    }

    /** Writes the folder of a CLIP, finished or not. */
    private static void exportClip(StageOptions options) {
        try (TorchRuntime runtime = start(options);
                TrainableParameters parameters =
                        ClipStage.parameters(runtime, options.seed(), ParameterGroup.frozen("all"))) {
            options.from().forEach(source -> RunFolder.copyInto(parameters, source));
            ClipFolder.write(options.folder(), parameters, options.half() ? StoredType.BF16 : StoredType.F32);
        }
    }

    private static TorchRuntime start(StageOptions options) {
        return TorchRuntime.start(
                new RuntimeOptions("cpu", options.threads(), RuntimeOptions.NativeDownload.FORBIDDEN));
    }
}
