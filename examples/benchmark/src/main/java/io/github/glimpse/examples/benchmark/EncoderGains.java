package io.github.glimpse.examples.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What cuts gained, beside what the operations that they spare let expect. */
final class EncoderGains {

    private final List<Measurement> measurements;

    EncoderGains(List<Measurement> measurements) {
        this.measurements = List.copyOf(measurements);
    }

    /**
     * One line per cut whose operations were computed: least and middle time without and with it, both gains, and the measured
     * one as a share of the computed one.
     */
    String table() {
        StringBuilder table =
                new StringBuilder("| type | item | kept | unpruned min, median | pruned min, median | gain |"
                        + " computed gain | share of the computed gain |\n|---|---|---|---|---|---|---|---|\n");
        measurements.stream()
                .filter(one -> one.unit().equals(EncoderPrinter.OPERATIONS))
                .map(one -> one.inRound(0))
                .distinct()
                .forEach(one -> table.append(line(one)));
        return table.toString();
    }

    private String line(Measurement computed) {
        int end = computed.item().indexOf(EncoderPrinter.CUT);
        double[] unpruned = seconds(computed, computed.item().substring(0, end), computed.imageTokens());
        double[] pruned = seconds(computed, computed.item(), computed.kept());
        double expected = 1 - computed.value();
        double least = 1 - pruned[0] / unpruned[0];
        double middle = 1 - middle(pruned) / middle(unpruned);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d of %d | %.1f, %.1f ms | %.1f, %.1f ms | %.1f, %.1f %% | %.1f %% | %.0f, %.0f %% |%n",
                computed.dtype(),
                computed.item(),
                computed.kept(),
                computed.imageTokens(),
                unpruned[0] * 1e3,
                middle(unpruned) * 1e3,
                pruned[0] * 1e3,
                middle(pruned) * 1e3,
                least * 100,
                middle * 100,
                expected * 100,
                100 * least / expected,
                100 * middle / expected);
    }

    private double[] seconds(Measurement like, String item, int kept) {
        return measurements.stream()
                .filter(one -> one.rival().equals(like.rival())
                        && one.dtype().equals(like.dtype())
                        && one.item().equals(item)
                        && one.kept() == kept
                        && one.unit().equals("s"))
                .mapToDouble(Measurement::value)
                .sorted()
                .toArray();
    }

    private static double middle(double[] sorted) {
        return Arrays.stream(sorted)
                .skip((sorted.length - 1) / 2)
                .limit(2 - sorted.length % 2)
                .average()
                .orElse(Double.NaN);
    }
}
