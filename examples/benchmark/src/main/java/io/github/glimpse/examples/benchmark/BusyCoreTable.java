package io.github.glimpse.examples.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Table of {@link BusyCore}: per value and setting the median time of all rounds, and the median over the rounds of the
 * ratio to the first setting.
 *
 * @param measurements items named {@code setting: state, value}
 * @param settings in the order of the columns; the first one is the baseline
 */
record BusyCoreTable(List<Measurement> measurements, List<String> settings) {

    String markdown() {
        // value -> setting -> round -> times
        Map<String, Map<String, Map<Integer, List<Double>>>> times = new LinkedHashMap<>();
        for (Measurement one : measurements) {
            int end = one.item().indexOf(": ");
            times.computeIfAbsent(one.item().substring(end + 2), key -> new LinkedHashMap<>())
                    .computeIfAbsent(one.item().substring(0, end), key -> new LinkedHashMap<>())
                    .computeIfAbsent(one.round(), key -> new ArrayList<>())
                    .add(one.value());
        }
        StringBuilder table = new StringBuilder("| median ms (ratio to the first) |");
        settings.forEach(setting -> table.append(' ').append(setting).append(" |"));
        table.append("\n|---|").append("---|".repeat(settings.size())).append('\n');
        times.forEach((value, bySetting) -> {
            table.append("| ").append(value).append(" |");
            Map<Integer, Double> baseline = medians(bySetting.getOrDefault(settings.get(0), Map.of()));
            for (String setting : settings) {
                Map<Integer, Double> medians = medians(bySetting.getOrDefault(setting, Map.of()));
                Sorted ratios = Sorted.of(medians.entrySet().stream()
                        .map(round -> round.getValue() / Objects.requireNonNull(baseline.get(round.getKey())))
                        .toList());
                table.append(String.format(
                        Locale.ROOT,
                        " %.1f (%.3f) |",
                        Sorted.of(medians.values()).middle() * 1e3,
                        ratios.middle()));
            }
            table.append('\n');
        });
        return table.toString();
    }

    private static Map<Integer, Double> medians(Map<Integer, List<Double>> times) {
        Map<Integer, Double> medians = new LinkedHashMap<>();
        times.forEach((round, values) -> medians.put(round, Sorted.of(values).middle()));
        return medians;
    }
}
