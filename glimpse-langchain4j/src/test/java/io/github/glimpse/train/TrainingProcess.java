package io.github.glimpse.train;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A trainer in a process of its own, to be killed. */
final class TrainingProcess {

    private TrainingProcess() {}

    static Process start(Path folder, long steps) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TrainingProcess.class.getName(),
                folder.toString(),
                Long.toString(steps)));
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        TrainingOptions options = TrainingRunIT.options(Long.parseLong(arguments[1]))
                .accumulation(2)
                .checkpoints(folder, 5)
                .listener(CurveFile.of(folder.resolve("curve.csv"), "samples"))
                .build();
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                Mlp mlp = new Mlp(runtime, 1, false);
                TrainingRun run = TrainingRun.of(runtime, mlp.parameters, options)) {
            run.note("words", "as before");
            run.run(mlp::loss);
        }
    }
}
