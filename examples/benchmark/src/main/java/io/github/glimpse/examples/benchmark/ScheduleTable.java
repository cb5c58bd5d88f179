package io.github.glimpse.examples.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Schedules beside the unpruned run of the same round, as a table in Markdown. The computed time is that of the unpruned run
 * with the tower's part scaled by the tower's operations and the prefill by the decoder's; pictures are read as long as there.
 */
final class ScheduleTable {

    /** The items of a request. */
    enum Item {
        IMAGES("image", true),
        VISION("vision", true),
        PREFILL("prefill", true),
        CHOOSING("predictor and cut", true),
        FIRST_TOKEN("ttft", true),
        CACHE("cache", false),
        TOWER_OPERATIONS("operations of the tower", false),
        DECODER_OPERATIONS("operations of the decoder", false);

        private final String label;
        private final boolean time;

        Item(String label, boolean time) {
            this.label = label;
            this.time = time;
        }

        /** How it is called in the lines; times by their clock. */
        String label(Clock clock) {
            return time && clock == Clock.THREAD ? label + ", thread" : label;
        }
    }

    /** What time is. */
    enum Clock {
        /** What passes. */
        WALL,
        /** What the thread that answers had a core for. */
        THREAD
    }

    /** One request and the unpruned one of its round. */
    private record Pair(Map<String, Double> request, Map<String, Double> unpruned, Clock clock) {

        double of(Item item) {
            return Objects.requireNonNull(request.get(item.label(clock)), item.label(clock));
        }

        double unpruned(Item item) {
            return Objects.requireNonNull(unpruned.get(item.label(clock)), item.label(clock));
        }

        double computed() {
            double scaled = unpruned(Item.VISION) * of(Item.TOWER_OPERATIONS) / unpruned(Item.TOWER_OPERATIONS)
                    + unpruned(Item.PREFILL) * of(Item.DECODER_OPERATIONS) / unpruned(Item.DECODER_OPERATIONS);
            return unpruned(Item.FIRST_TOKEN) - unpruned(Item.VISION) - unpruned(Item.PREFILL) + scaled;
        }
    }

    private record Request(String schedule, int imageTokens) {}

    private final Clock clock;
    // by schedule and picture, then by round
    private final Map<Request, Map<Integer, Map<String, Double>>> values = new LinkedHashMap<>();
    private final Map<Request, Integer> kept = new LinkedHashMap<>();

    ScheduleTable(List<Measurement> measurements, Clock clock) {
        this.clock = clock;
        for (Measurement one : measurements) {
            Request request = new Request(one.rival(), one.imageTokens());
            values.computeIfAbsent(request, key -> new TreeMap<>())
                    .computeIfAbsent(Objects.requireNonNull(one.round()), key -> new LinkedHashMap<>())
                    .put(one.item(), one.value());
            kept.put(request, one.kept());
        }
    }

    /** One line per schedule and picture; middle values of the rounds. */
    String text() {
        StringBuilder table = new StringBuilder(
                "| schedule | image tokens | kept | first token | vision | prefill | predictor and cut"
                        + " | of the unpruned prefill | cache | TFLOP tower, decoder | faster | computed share | measured share"
                        + " | difference |\n|");
        table.append("---|".repeat(14)).append('\n');
        values.forEach((request, byRound) -> {
            List<Pair> pairs = pairs(request, byRound);
            if (!pairs.isEmpty()) {
                table.append(line(request, pairs));
            }
        });
        return table.toString();
    }

    private List<Pair> pairs(Request request, Map<Integer, Map<String, Double>> byRound) {
        Map<Integer, Map<String, Double>> unpruned =
                values.getOrDefault(new Request(ScheduleRow.UNPRUNED.name(), request.imageTokens()), Map.of());
        List<Pair> pairs = new ArrayList<>();
        byRound.forEach((round, items) -> {
            Map<String, Double> other = unpruned.get(round);
            if (other != null) {
                pairs.add(new Pair(items, other, clock));
            }
        });
        return pairs;
    }

    private String line(Request request, List<Pair> pairs) {
        double share = middle(pairs, pair -> pair.of(Item.FIRST_TOKEN) / pair.unpruned(Item.FIRST_TOKEN));
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %.2f s | %.2f s | %.2f s | %.0f ms | %.1f %% | %.1f MB | %.2f, %.2f | %.2f | %.1f %% | %.1f %% | %+.1f %% |\n",
                request.schedule(),
                request.imageTokens(),
                kept.get(request),
                middle(pairs, pair -> pair.of(Item.FIRST_TOKEN)),
                middle(pairs, pair -> pair.of(Item.VISION)),
                middle(pairs, pair -> pair.of(Item.PREFILL)),
                middle(pairs, pair -> pair.of(Item.CHOOSING)) * 1e3,
                middle(pairs, pair -> pair.of(Item.CHOOSING) / pair.unpruned(Item.PREFILL)) * 100,
                middle(pairs, pair -> pair.of(Item.CACHE)) / 1e6,
                middle(pairs, pair -> pair.of(Item.TOWER_OPERATIONS)) / 1e12,
                middle(pairs, pair -> pair.of(Item.DECODER_OPERATIONS)) / 1e12,
                1 / share,
                middle(pairs, pair -> pair.computed() / pair.unpruned(Item.FIRST_TOKEN)) * 100,
                share * 100,
                middle(pairs, pair -> pair.of(Item.FIRST_TOKEN) / pair.computed() - 1) * 100);
    }

    private static double middle(Collection<Pair> pairs, ToDoubleFunction<Pair> value) {
        double[] sorted = pairs.stream().mapToDouble(value).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
