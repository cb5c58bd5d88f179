package io.github.glimpse.examples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.DeviceCheck;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.GpuDescription;
import io.github.glimpse.engine.NativeFacts;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.TracedAnswer;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.model.LoadOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether this machine can answer, and how: library, driver, GPUs, what was chosen and why, what the device is good for, and
 * one answer of the embedded model on the CPU and on the device.
 */
final class Doctor {

    static final String OPTION = "--doctor";

    static final int HEALTHY = 0;
    static final int USABLE = 1;
    static final int UNUSABLE = 2;

    private static final String JSON = "--json";
    private static final String ARCHIVES = "--archives=";
    private static final String DEVICE = "--glimpse.device=";
    private static final String PATH = "--glimpse.native.path=";

    private static final String QUESTION = "What is the total?";
    private static final String EXPECTED = "87.00";
    // In float32 a GPU adds up in another order; more than this is another computation.
    private static final float MOST_DIFFERENCE = 1e-2f;

    private final Map<String, Object> findings = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private final RuntimeOptions options;
    private final boolean json;

    private Doctor(RuntimeOptions options, boolean json) {
        this.options = options;
        this.json = json;
    }

    /** Without Spring, for {@code examples/gpu-check}. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out));
    }

    /**
     * Runs.
     *
     * @param arguments of the command line, {@link #OPTION} among them
     * @return 0 if all is right, 1 if it is usable with warnings, 2 if not
     * @throws QuickstartException if an option is unknown
     */
    static int run(List<String> arguments, PrintStream out) {
        String device = RuntimeOptions.DEFAULT_DEVICE;
        Path path = null;
        boolean json = false;
        for (String argument : arguments) {
            if (argument.equals(JSON)) {
                json = true;
            } else if (argument.startsWith(ARCHIVES)) {
                TorchRuntime.writeArchivesTo(Path.of(argument.substring(ARCHIVES.length())));
            } else if (argument.startsWith(DEVICE)) {
                device = argument.substring(DEVICE.length());
            } else if (argument.startsWith(PATH)) {
                path = Path.of(argument.substring(PATH.length()));
            } else if (!argument.equals(OPTION)) {
                throw new QuickstartException(
                        "There is no option " + argument + " of " + OPTION + "; it takes " + JSON + ", " + ARCHIVES
                                + "DIRECTORY, " + DEVICE + "… and " + PATH + "…",
                        null);
            }
        }
        RuntimeOptions runtime =
                new RuntimeOptions(device, RuntimeOptions.DEFAULT_THREADS, NativeDownload.FORBIDDEN, path);
        return new Doctor(runtime, json).examine(out);
    }

    private int examine(PrintStream out) {
        findings.put("system", system());
        try (TorchRuntime runtime = TorchRuntime.start(options)) {
            library(runtime.facts());
            measure(runtime);
            answer(runtime.deviceName());
        } catch (GlimpseException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        int code = problems.isEmpty() ? warnings.isEmpty() ? HEALTHY : USABLE : UNUSABLE;
        findings.put("warnings", warnings);
        findings.put("problems", problems);
        findings.put("exit", code);
        out.print(json ? asJson() : asText(code));
        return code;
    }

    private static Map<String, Object> system() {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        system.put("architecture", System.getProperty("os.arch"));
        system.put("java", System.getProperty("java.version"));
        system.put("processors", Runtime.getRuntime().availableProcessors());
        return system;
    }

    private void library(NativeFacts facts) {
        Map<String, @Nullable Object> library = new LinkedHashMap<>();
        library.put("djl", facts.djl());
        library.put("libtorch", facts.libtorch());
        library.put("cuda", facts.cuda());
        library.put("libraries", facts.libraries());
        findings.put("library", library);
        Map<String, @Nullable Object> driver = new LinkedHashMap<>();
        driver.put("kernel module", facts.driver());
        driver.put("cuda", facts.driverCuda());
        driver.put("library", facts.driverFailure() == null ? "loads" : facts.driverFailure());
        findings.put("driver", driver);
        findings.put("gpus", facts.gpus().stream().map(Doctor::gpu).toList());
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("chosen", facts.device());
        device.put("reason", facts.reason());
        findings.put("device", device);
        if (facts.unusedGpu() != null) {
            warnings.add("A GPU or its driver is there, but libtorch cannot use it: " + facts.unusedGpu()
                    + "; see docs/guide/gpu.md");
        }
    }

    private static Map<String, Object> gpu(GpuDescription gpu) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("device", "cuda:" + gpu.index());
        told.put("name", gpu.name());
        told.put("capability", gpu.capability());
        told.put("memory", gpu.totalBytes());
        return told;
    }

    private void measure(TorchRuntime runtime) {
        DeviceCheck check = DeviceCheck.of(runtime);
        Map<String, Object> measured = new LinkedHashMap<>();
        if (runtime.onGpu()) {
            measured.put("free memory", runtime.freeDeviceBytes());
        }
        measured.put("copied bytes per second", Math.round(check.copyBytesPerSecond()));
        measured.put("microseconds per launch", Math.round(check.launchSeconds() * 1e8) / 100.0);
        measured.put("operations", check.operations());
        findings.put("measured", measured);
        check.operations().forEach((name, outcome) -> {
            if (!outcome.equals(DeviceCheck.RUNS)) {
                warnings.add("On " + runtime.deviceName() + " the " + name + " " + outcome);
            }
        });
    }

    private void answer(String device) {
        Map<String, Object> told = new LinkedHashMap<>();
        TracedAnswer cpu = ask("cpu", null);
        told.put("question", QUESTION);
        told.put("on cpu", cpu.result().text());
        if (!device.equals("cpu")) {
            TracedAnswer exact = ask(device, Dtype.FLOAT32);
            TracedAnswer usual = ask(device, null);
            float difference = cpu.differenceTo(exact);
            told.put("on " + device + " in float32", exact.result().text());
            told.put("on " + device, usual.result().text());
            told.put("largest logit difference in float32", difference);
            told.put("largest logit difference", cpu.differenceTo(usual));
            expect(device + " in float32", exact);
            expect(device, usual);
            if (!(difference <= MOST_DIFFERENCE)) {
                problems.add(String.format(
                        Locale.ROOT,
                        "The first logits on %s differ by %.4f from the CPU's, at most %.4f is right",
                        device,
                        difference,
                        MOST_DIFFERENCE));
            }
        }
        findings.put("answer", told);
        expect("the CPU", cpu);
    }

    private void expect(String device, TracedAnswer answer) {
        if (!answer.result().text().strip().equals(EXPECTED)) {
            problems.add("The embedded model answers '" + answer.result().text() + "' on " + device + ", not '"
                    + EXPECTED + "'");
        }
    }

    private TracedAnswer ask(String device, @Nullable Dtype dtype) {
        try (ModelSource model = ModelSource.embedded();
                ModelSource module = ModelSource.embeddedModule()) {
            EngineOptions engine = EngineOptions.builder(model.directory())
                    .module(module.directory())
                    .runtime(new RuntimeOptions(
                            device, options.threads(), options.nativeDownload(), options.nativePath()))
                    .load(LoadOptions.builder().dtype(dtype).build())
                    .build();
            try (LoadedModel loaded = LoadedModel.load(engine)) {
                byte[] receipt = Picture.read(null).bytes();
                return loaded.trace(GenerationRequest.of(ChatTurn.user(QUESTION, receipt)));
            }
        }
    }

    private String asJson() {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(findings)
                    + System.lineSeparator();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Plain maps cannot be written", e);
        }
    }

    private String asText(int code) {
        StringBuilder text = new StringBuilder();
        findings.forEach((name, value) -> {
            if (value instanceof Map<?, ?> section) {
                text.append(name).append(System.lineSeparator());
                section.forEach((key, found) -> line(text, "  " + key, found));
            } else if (value instanceof List<?> list) {
                list.forEach(entry -> line(text, name, entry));
            }
        });
        return text.append(
                        code == HEALTHY
                                ? "All is right."
                                : code == USABLE
                                        ? "Usable, with the warnings above."
                                        : "Not usable: see the problems above.")
                .append(System.lineSeparator())
                .toString();
    }

    private static void line(StringBuilder text, String name, @Nullable Object value) {
        text.append(String.format(Locale.ROOT, "%-28s%s%n", name, value == null ? "none" : value));
    }
}
