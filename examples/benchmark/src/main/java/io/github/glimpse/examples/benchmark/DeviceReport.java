package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.DeviceCheck;
import io.github.glimpse.engine.NativeFacts;
import io.github.glimpse.examples.benchmark.Criterion.Judgement;
import io.github.glimpse.examples.benchmark.Criterion.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a benchmark of a device has found so far: figures, and what they are held to. */
final class DeviceReport {

    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<Judgement> points = new ArrayList<>();
    private final List<DeviceFinding> figures = new ArrayList<>();

    DeviceReport(NativeFacts library, DeviceCheck check) {
        facts.put("library", library);
        facts.put("check", check);
        facts.put("points", points);
        facts.put("figures", figures);
    }

    void figure(String of, String item, double value, String unit) {
        figures.add(new DeviceFinding(of, item, value, unit));
    }

    void add(Judgement judgement) {
        points.add(judgement);
    }

    boolean holds() {
        return points.stream().noneMatch(point -> point.verdict() == Verdict.NOT_OK);
    }

    /** Writes what there is; called after each shape, so that an end by force does not lose the ones before. */
    void write(Path folder) throws IOException {
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("device.json").toFile(), facts);
    }

    String page() {
        return points(points) + System.lineSeparator() + figures(figures);
    }

    static String points(List<Judgement> points) {
        StringBuilder page =
                new StringBuilder("| of | point | threshold | measured | | why |\n|---|---|---|---|---|---|\n");
        for (Judgement point : points) {
            Double measured = point.measured();
            row(
                    page,
                    point.of(),
                    point.what(),
                    point.threshold(),
                    measured == null ? "-" : number(measured, point.unit()),
                    switch (point.verdict()) {
                        case OK -> "ok";
                        case NOT_OK -> "**not ok**";
                        case NOT_MEASURED -> "not measured";
                    },
                    point.why());
        }
        return page.toString();
    }

    static String figures(List<DeviceFinding> figures) {
        StringBuilder page = new StringBuilder("| of | figure | |\n|---|---|---|\n");
        for (DeviceFinding figure : figures) {
            row(page, figure.of(), figure.item(), number(figure.value(), figure.unit()));
        }
        return page.toString();
    }

    private static String number(double value, String unit) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e9;
        return ((whole ? Long.toString((long) value) : String.format(Locale.ROOT, "%.4g", value)) + " " + unit).strip();
    }

    private static void row(StringBuilder page, String... cells) {
        for (String cell : cells) {
            page.append("| ").append(cell.replace('|', '/').replace('\n', ' ')).append(' ');
        }
        page.append("|\n");
    }
}
