package io.github.glimpse.examples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.DeviceCheck;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.GpuDescription;
import io.github.glimpse.engine.NativeFacts;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.TracedAnswer;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether this machine can answer, and how: library, driver, GPUs, what was chosen and why, what the device is good for, and
 * answers of the embedded model on the CPU and on the device.
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

    /** What stands on the quickstart's receipt, but for two values that the model is not sure of, the date and the driver. */
    private static final Map<String, String> EXPECTED =
            new TreeMap<>(Map.of("name", "Tyazi", "order", "Z79", "clerk", "Lyon", "price", "76.36", "total", "87.00"));

    private static final List<PruningOptions> PRUNINGS = List.of(
            PruningOptions.defaults(), PruningOptions.builder().enabled(false).build());

    // In float32 on both sides a GPU adds up in another order; more than this is another computation.
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
        RuntimeOptions runtime = RuntimeOptions.defaults().withDevice(device).withNativePath(path);
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
        library.put("thread wait policy", facts.waitPolicy());
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
        Path named = options.nativePath();
        if (named != null
                && !Path.of(facts.libraries()).startsWith(named.toAbsolutePath().normalize())) {
            warnings.add("The libtorch in " + named + " is not used: it was built for CUDA and needs NVIDIA's driver ("
                    + facts.driverFailure() + "); see docs/guide/gpu.md");
        }
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
        measured.put("idle threads throttled", TorchRuntime.throttlesIdleThreads());
        measured.put("operations", check.operations());
        findings.put("measured", measured);
        check.operations().forEach((name, outcome) -> {
            if (!outcome.equals(DeviceCheck.RUNS)) {
                warnings.add("On " + runtime.deviceName() + " the " + name + " " + outcome);
            }
        });
    }

    /**
     * Where the embedded model is asked.
     *
     * @param name in the findings
     * @param dtype null for the usual one
     * @param beside the place whose logits these are compared with: float32 on the CPU, since halves of a logit are lost in others
     */
    record Place(
            String name,
            String device,
            @Nullable Dtype dtype,
            @Nullable String beside) {

        private static final String CPU = "cpu";
        private static final String IN_FLOAT32 = " in float32";

        /** All places for a device, each behind the one it is compared with. */
        static List<Place> of(String device) {
            Place cpu = new Place(CPU, CPU, null, null);
            Place exact = new Place(CPU + IN_FLOAT32, CPU, Dtype.FLOAT32, null);
            return device.equals(CPU)
                    ? List.of(cpu)
                    : List.of(
                            cpu,
                            exact,
                            new Place(device + IN_FLOAT32, device, Dtype.FLOAT32, exact.name()),
                            new Place(device, device, null, exact.name()));
        }

        /** Whether it has to be the same computation as the one it is compared with. */
        boolean exact() {
            return dtype == Dtype.FLOAT32 && beside != null;
        }
    }

    /** All questions, with and without pruning, at all places. */
    private void answer(String device) {
        List<Place> places = Place.of(device);
        Map<String, List<TracedAnswer>> asked = new LinkedHashMap<>();
        places.forEach(place -> asked.put(place.name(), ask(place.device(), place.dtype())));
        List<Map<String, Object>> told = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, String> question : EXPECTED.entrySet()) {
            for (PruningOptions ignored : PRUNINGS) {
                Map<String, Object> texts = new LinkedHashMap<>();
                Map<String, Object> differences = new LinkedHashMap<>();
                for (Place place : places) {
                    TracedAnswer there = answer(asked, place.name(), number);
                    String text = there.result().text().strip();
                    texts.put(place.name(), text);
                    expect(question, place, text);
                    if (place.beside() != null) {
                        float difference = there.differenceTo(answer(asked, place.beside(), number));
                        differences.put(place.name(), difference);
                        expect(question, place, difference);
                    }
                }
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("question", question(question.getKey()));
                answer.put("expected", question.getValue());
                answer.put(
                        "kept",
                        answer(asked, places.get(0).name(), number)
                                .result()
                                .report()
                                .keptTokens());
                answer.put("texts", texts);
                answer.put("largest logit differences", differences);
                told.add(answer);
                number++;
            }
        }
        findings.put("answers", told);
    }

    private static TracedAnswer answer(Map<String, List<TracedAnswer>> asked, String place, int number) {
        return Objects.requireNonNull(asked.get(place)).get(number);
    }

    private void expect(Map.Entry<String, String> question, Place place, String text) {
        if (!text.equals(question.getValue())) {
            problems.add("The embedded model answers '" + text + "' to '" + question(question.getKey()) + "' on "
                    + place.name() + ", not '" + question.getValue() + "'");
        }
    }

    private void expect(Map.Entry<String, String> question, Place place, float difference) {
        // NaN is never right
        if (place.exact() && !(difference <= MOST_DIFFERENCE)) {
            problems.add(String.format(
                    Locale.ROOT,
                    "The first logits to '%s' on %s differ by %.4f from the CPU's, at most %.4f is right",
                    question(question.getKey()),
                    place.name(),
                    difference,
                    MOST_DIFFERENCE));
        }
    }

    private static String question(String key) {
        return "What is the " + key + "?";
    }

    private List<TracedAnswer> ask(String device, @Nullable Dtype dtype) {
        try (ModelSource model = ModelSource.embedded();
                ModelSource module = ModelSource.embeddedModule()) {
            EngineOptions engine = EngineOptions.builder(model.directory())
                    .module(module.directory())
                    .runtime(options.withDevice(device))
                    .load(LoadOptions.builder().dtype(dtype).build())
                    .build();
            byte[] receipt = Picture.read(null).bytes();
            try (LoadedModel loaded = LoadedModel.load(engine)) {
                return EXPECTED.keySet().stream()
                        .flatMap(key -> PRUNINGS.stream()
                                .map(pruning -> loaded.trace(new GenerationRequest(
                                        List.of(ChatTurn.user(question(key), receipt)),
                                        pruning,
                                        GenerationOptions.defaults()))))
                        .toList();
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
