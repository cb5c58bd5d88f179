package io.github.glimpse.examples.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Least and middle value of everything that was measured, rivals side by side, as a table in Markdown. */
final class Summary {

    private record Row(String dtype, String item, int imageTokens, int kept, String unit) {}

    private record Spread(double least, double median) {

        static Spread of(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            int middle = sorted.size() / 2;
            double median =
                    sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
            return new Spread(sorted.get(0), median);
        }
    }

    private final Map<Row, Map<String, List<Double>>> values = new LinkedHashMap<>();
    private final Set<String> rivals = new LinkedHashSet<>();

    Summary(List<Measurement> measurements) {
        for (Measurement one : measurements) {
            Row row = new Row(one.dtype(), one.item(), one.imageTokens(), one.kept(), one.unit());
            rivals.add(one.rival());
            values.computeIfAbsent(row, key -> new LinkedHashMap<>())
                    .computeIfAbsent(one.rival(), key -> new ArrayList<>())
                    .add(one.value());
        }
    }

    /** The middle value, NaN where nothing was measured. */
    double median(String rival, String dtype, String item, int imageTokens, int kept) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().dtype().equals(dtype)
                        && entry.getKey().item().equals(item)
                        && entry.getKey().imageTokens() == imageTokens
                        && entry.getKey().kept() == kept
                        && entry.getValue().containsKey(rival))
                .mapToDouble(entry -> Spread.of(entry.getValue().get(rival)).median())
                .findFirst()
                .orElse(Double.NaN);
    }

    /** One line per item; behind each rival its time relative to the first one's. */
    String table() {
        List<String> names = List.copyOf(rivals);
        StringBuilder table = new StringBuilder("| type | item | image tokens | kept |");
        names.forEach(name -> table.append(' ').append(name).append(" min, median |"));
        names.stream()
                .skip(1)
                .forEach(name -> table.append(" relative: ").append(name).append(" |"));
        table.append("\n|").append("---|".repeat(4 + 2 * names.size() - 1)).append('\n');
        values.forEach((row, byRival) -> {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s |",
                    row.dtype(),
                    row.item(),
                    row.imageTokens() == 0 ? "" : row.imageTokens(),
                    row.imageTokens() == 0 ? "" : row.kept()));
            for (String name : names) {
                List<Double> measured = byRival.get(name);
                table.append(measured == null ? " |" : " " + text(Spread.of(measured), row.unit()) + " |");
            }
            List<Double> ours = byRival.get(names.get(0));
            for (String name : names.subList(1, names.size())) {
                List<Double> theirs = byRival.get(name);
                table.append(
                        ours == null || theirs == null ? " |" : relative(Spread.of(theirs), Spread.of(ours)) + " |");
            }
            table.append('\n');
        });
        return table.toString();
    }

    private static String relative(Spread theirs, Spread ours) {
        return String.format(
                Locale.ROOT, " %.2f, %.2f", theirs.least() / ours.least(), theirs.median() / ours.median());
    }

    private static String text(Spread spread, String unit) {
        return switch (unit) {
            case "s" ->
                spread.median() < 1
                        ? String.format(Locale.ROOT, "%.1f, %.1f ms", spread.least() * 1e3, spread.median() * 1e3)
                        : String.format(Locale.ROOT, "%.2f, %.2f s", spread.least(), spread.median());
            case "bytes" -> String.format(Locale.ROOT, "%.0f, %.0f MB", spread.least() / 1e6, spread.median() / 1e6);
            case "bytes/s" ->
                String.format(Locale.ROOT, "%.1f, %.1f GB/s", spread.least() / 1e9, spread.median() / 1e9);
            default -> String.format(Locale.ROOT, "%.3f, %.3f", spread.least(), spread.median());
        };
    }
}
