package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.glimpse.examples.benchmark.Criterion.Judgement;
import io.github.glimpse.examples.benchmark.Criterion.Setting;
import io.github.glimpse.examples.benchmark.Criterion.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The end of {@code examples/gpu-check}: makes one page and one JSON of what the doctor and the benchmark have left, with a verdict on
 * every point. Parts that are not there, since a process was ended or failed, are points that were not measured.
 */
@Command(name = "check", mixinStandardHelpOptions = true, description = "Judges what doctor and benchmark have found.")
final class CheckReport implements Callable<Integer> {

    static final int HOLDS = 0;
    static final int FAILS = 1;
    static final int NO_GPU = 2;

    /** What {@code timeout} ends with. */
    private static final int OUT_OF_TIME = 124;

    private static final int LAST_LINES = 20;

    @Option(names = "--out", required = true, description = "Folder of doctor.json, device.json and their logs")
    private Path out = Path.of(".");

    @Option(names = "--device", required = true, description = "What was asked for")
    private String device = "";

    @Option(names = "--shapes", split = ",", required = true, description = "Shapes that were to be measured")
    private List<String> shapes = List.of();

    @Option(names = "--doctor", required = true, description = "Exit status of the doctor")
    private int doctorExit;

    @Option(names = "--benchmark", description = "Exit status of the benchmark; left out if it was not run")
    private @Nullable Integer benchmarkExit;

    @Option(names = "--seconds", required = true, description = "Time of both")
    private int seconds;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new CheckReport());
    }

    @Override
    public Integer call() throws IOException {
        JsonNode doctor = read("doctor.json");
        JsonNode measured = read("device.json");
        String chosen = doctor.at("/device/chosen")
                .asText(measured.at("/library/device").asText("none"));
        boolean onGpu = chosen.startsWith("cuda");
        List<Judgement> points = points(doctor, measured, onGpu);
        boolean whole = points.stream().allMatch(point -> point.verdict() == Verdict.OK);
        int code = doctorExit == NO_GPU
                ? NO_GPU
                : points.stream().anyMatch(point -> point.verdict() == Verdict.NOT_OK)
                        ? FAILS
                        : onGpu ? whole ? HOLDS : FAILS : NO_GPU;
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("exit", code);
        all.put("device asked for", device);
        all.put("device", chosen);
        all.put("seconds", seconds);
        all.put("doctor exit", doctorExit);
        all.put("benchmark exit", benchmarkExit);
        all.put("points", points);
        all.put("doctor", doctor);
        all.put("benchmark", measured);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(out.resolve("check.json").toFile(), all);
        String page = page(points, doctor, measured, chosen, code);
        Files.writeString(out.resolve("check.md"), page);
        System.out.print(page);
        return code;
    }

    private List<Judgement> points(JsonNode doctor, JsonNode measured, boolean onGpu) {
        Setting machine = new Setting(Setting.MACHINE, onGpu, true);
        List<Judgement> points = new ArrayList<>();
        points.add(doctor(machine, doctor));
        points.add(answers(machine, doctor.path("answers")));
        points.add(Criterion.TIME.judge(
                machine,
                benchmarkExit == null ? null : (double) seconds,
                benchmarkExit == null ? "the benchmark was not run" : ""));
        List<Judgement> found = new ObjectMapper().convertValue(measured.path("points"), new TypeReference<>() {});
        List<Judgement> benchmark = found == null ? List.of() : found;
        points.addAll(benchmark);
        String why = benchmarkExit == null
                ? "the benchmark was not run"
                : benchmarkExit == OUT_OF_TIME
                        ? "the time was over"
                        : "the benchmark ended before it, with " + benchmarkExit;
        missing(Stream.of(Criterion.REFUSAL), machine, benchmark, why, points);
        for (String shape : shapes) {
            Setting setting = new Setting(shape, onGpu, true);
            missing(Stream.of(Criterion.values()).filter(Criterion::ofShape), setting, benchmark, why, points);
        }
        return points;
    }

    private Judgement doctor(Setting setting, JsonNode doctor) {
        if (doctor.isMissingNode()) {
            String end = doctorExit == OUT_OF_TIME ? "its time was over" : "it ended with " + doctorExit;
            return Criterion.DOCTOR.judge(setting, null, end + " and told nothing");
        }
        // A problem is one on a CPU as well.
        return Criterion.DOCTOR.judge(
                new Setting(setting.of(), setting.onGpu() || doctorExit == NO_GPU, true),
                (double) doctorExit,
                first(doctor.path("problems"), doctor.path("warnings")));
    }

    private static void missing(
            Stream<Criterion> wanted, Setting setting, List<Judgement> found, String why, List<Judgement> points) {
        wanted.filter(criterion -> found.stream()
                        .noneMatch(point -> point.criterion() == criterion
                                && (point.of().equals(setting.of())
                                        || point.of().startsWith(setting.of() + ","))))
                .forEach(criterion -> points.add(criterion.judge(setting, null, why)));
    }

    /** How many of the embedded model's answers, on the CPU and on the device, are not what they should be. */
    private static Judgement answers(Setting setting, JsonNode answers) {
        if (answers.isEmpty()) {
            return Criterion.ANSWERS.judge(setting, null, "the doctor asked nothing");
        }
        int wrong = 0;
        int all = 0;
        for (JsonNode answer : answers) {
            for (JsonNode text : answer.path("texts")) {
                all++;
                wrong += text.asText().equals(answer.path("expected").asText()) ? 0 : 1;
            }
        }
        return Criterion.ANSWERS.judge(setting, (double) wrong, "of " + all);
    }

    private static String first(JsonNode problems, JsonNode warnings) {
        return (problems.isEmpty() ? warnings : problems).path(0).asText();
    }

    private String page(List<Judgement> points, JsonNode doctor, JsonNode measured, String chosen, int code)
            throws IOException {
        StringBuilder page = new StringBuilder("# Check of a GPU\n\n");
        page.append(
                switch (code) {
                    case HOLDS -> "All points are ok.";
                    case NO_GPU -> "No GPU was used: nothing here says how one does.";
                    default -> "Not all points are ok.";
                });
        page.append(" Asked for `")
                .append(device)
                .append("`, computed on `")
                .append(chosen)
                .append("`, ");
        page.append(seconds).append(" s.\n\n").append(DeviceReport.points(points));
        List<DeviceFinding> figures =
                new ObjectMapper().convertValue(measured.path("figures"), new TypeReference<>() {});
        if (figures != null) {
            page.append("\n## Figures\n\n").append(DeviceReport.figures(figures));
        }
        if (doctor.isMissingNode()) {
            log(page, "doctor.log");
        } else {
            page.append("\n## Doctor\n\n```json\n")
                    .append(doctor.toPrettyString())
                    .append("\n```\n");
        }
        if (benchmarkExit != null && benchmarkExit != 0) {
            log(page, "benchmark.log");
        }
        return page.toString();
    }

    private void log(StringBuilder page, String name) throws IOException {
        Path file = out.resolve(name);
        if (Files.isRegularFile(file)) {
            List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            page.append("\n## The end of `").append(name).append("`\n\n```\n");
            lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
                    .forEach(line -> page.append(line).append('\n'));
            page.append("```\n");
        }
    }

    /** Missing if there is no such file, or no whole one. */
    private JsonNode read(String name) throws IOException {
        Path file = out.resolve(name);
        if (!Files.isRegularFile(file)) {
            return MissingNode.getInstance();
        }
        try {
            // An empty file is a missing node.
            return new ObjectMapper().readTree(file.toFile());
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
