package io.github.glimpse.examples.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Time to the first token by stage and the time of a token, as bars, one group per rival. */
final class Plot {

    private Plot() {}

    static void write(Summary summary, List<String> rivals, String dtype, int imageTokens, Path file)
            throws IOException {
        List<String> items = List.of("vision", "prefill", "decode");
        CategoryChart chart = new CategoryChartBuilder()
                .width(900)
                .height(420)
                .title("Relative time, " + imageTokens + " image tokens, " + dtype + " (Glimpse = 1, lower is faster)")
                .build();
        for (String rival : rivals) {
            List<Double> relative = items.stream()
                    .map(item -> summary.median(rival, dtype, item, imageTokens, imageTokens)
                            / summary.median(rivals.get(0), dtype, item, imageTokens, imageTokens))
                    .toList();
            if (relative.stream().noneMatch(value -> value.isNaN())) {
                chart.addSeries(rival, items, relative);
            }
        }
        if (!chart.getSeriesMap().isEmpty()) {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
        }
    }
}
