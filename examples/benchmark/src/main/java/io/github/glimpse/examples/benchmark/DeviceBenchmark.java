package io.github.glimpse.examples.benchmark;

import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.DeviceCheck;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.benchmark.Criterion.Judgement;
import io.github.glimpse.examples.benchmark.Criterion.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures a device on models of the released ones' true shapes with random weights, without Python and without a network: tokens a
 * second, prefill with and without a cut, memory, numbers beside the CPU's, and what becomes of requests that fail.
 */
@Command(
        name = "benchmark --random",
        mixinStandardHelpOptions = true,
        description = "Measures a device on models of true shapes with random weights.")
final class DeviceBenchmark implements Callable<Integer> {

    /** What chooses this benchmark. */
    static final String OPTION = "--random";

    /** What the thresholds are for. */
    private static final int TOKENS = 1_296;

    private static final int CACHE = 576;

    private static final int FAILED = 1;

    @Option(names = OPTION, split = ",", required = true, description = "Shapes: 3b, 7b (Qwen2.5-VL), tiny")
    private List<String> shapes = List.of();

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu, cuda or cuda:N")
    private String device = "auto";

    @Option(names = "--native-path", description = "Folder of a libtorch of your own, such as site-packages/torch")
    private @Nullable Path nativePath;

    @Option(names = "--layers", description = "Layers of the decoder, fewer than the shape's to rehearse on a CPU")
    private @Nullable Integer layers;

    @Option(names = "--tokens", defaultValue = "" + TOKENS, description = "Image tokens of the prefill's picture")
    private int tokens;

    @Option(
            names = "--cache",
            defaultValue = "" + CACHE,
            description = "Image tokens of the picture that is answered about")
    private int cache;

    @Option(names = "--output-tokens", defaultValue = "65", description = "Tokens of an answer")
    private int outputTokens;

    @Option(names = "--repeat", defaultValue = "3", description = "Measured requests of each kind; the fastest counts")
    private int repeat;

    @Option(names = "--out", defaultValue = "target/device", description = "Folder of results and of the models made")
    private Path out = Path.of("target/device");

    static boolean isMeant(String[] arguments) {
        return List.of(arguments).stream()
                .anyMatch(argument -> argument.equals(OPTION) || argument.startsWith(OPTION + "="));
    }

    static CommandLine commandLine() {
        return new CommandLine(new DeviceBenchmark());
    }

    @Override
    public Integer call() throws IOException {
        shapes.forEach(RandomModel::require);
        Files.createDirectories(out);
        RuntimeOptions options = options(device);
        try (TorchRuntime runtime = TorchRuntime.start(options)) {
            DeviceCheck check = DeviceCheck.of(runtime);
            DeviceReport report = new DeviceReport(runtime.facts(), check);
            machine(runtime, check, report);
            report.add(refusal(runtime));
            report.write(out);
            boolean fullSize = tokens >= TOKENS && cache >= CACHE;
            for (String shape : shapes) {
                RandomModel model = new RandomModel(shape, layers, out.resolve("models"));
                new DeviceTrial(model, options, runtime, check.copyBytesPerSecond(), fullSize, report)
                        .run(tokens, cache, outputTokens, repeat, out);
                report.write(out);
            }
            System.out.print(report.page());
            return report.holds() ? 0 : FAILED;
        }
    }

    private RuntimeOptions options(String name) {
        return new RuntimeOptions(name, RuntimeOptions.DEFAULT_THREADS, NativeDownload.FORBIDDEN, nativePath);
    }

    private static void machine(TorchRuntime runtime, DeviceCheck check, DeviceReport report) {
        String name = runtime.facts().gpus().stream()
                .filter(gpu -> runtime.deviceName().equals("cuda:" + gpu.index()))
                .map(gpu -> ", " + gpu.name())
                .findFirst()
                .orElse("");
        report.figure(
                Setting.MACHINE, runtime.deviceName() + name + ": copied", check.copyBytesPerSecond() / 1e9, "GB/s");
        report.figure(Setting.MACHINE, "a launch", check.launchSeconds() * 1e6, "us");
    }

    /** One GPU more than there are has to be refused, with their count. */
    private Judgement refusal(TorchRuntime runtime) {
        Setting setting = new Setting(Setting.MACHINE, runtime.onGpu(), true);
        int count = runtime.facts().cuda() ? runtime.facts().gpus().size() : 0;
        try (TorchRuntime more = TorchRuntime.start(options("cuda:" + count))) {
            return Criterion.REFUSAL.judge(setting, 1.0, "cuda:" + count + " is " + more.deviceName());
        } catch (NativeLibraryException e) {
            String message = Objects.requireNonNull(e.getMessage());
            boolean counted = message.contains("can use " + count + " GPUs");
            return Criterion.REFUSAL.judge(setting, counted ? 0.0 : 1.0, message);
        }
    }
}
