package io.github.glimpse.eval;

import io.github.glimpse.eval.SvgChart.Point;
import io.github.glimpse.eval.SvgChart.Series;
import io.github.glimpse.eval.SvgChart.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The report of a run as one HTML file that needs nothing else: no script, no font, no picture from elsewhere, and a policy that
 * forbids them. Questions and answers are escaped.
 */
public final class HtmlReport {

    private static final double PERCENT = 100;
    private static final double MEBIBYTE = 1 << 20;

    private final EvaluationSummary summary;
    private final List<Reading> readings;
    private final EvaluationSet set;
    private final List<EvaluationRun.SkippedRow> skipped;

    private HtmlReport(
            EvaluationSummary summary,
            List<Reading> readings,
            EvaluationSet set,
            List<EvaluationRun.SkippedRow> skipped) {
        this.summary = summary;
        this.readings = readings;
        this.set = set;
        this.skipped = skipped;
    }

    /**
     * Writes the report.
     *
     * @param readings that the figures were made of
     * @param set the questions, for the pictures of the worst cases
     * @param skipped settings that a model refused
     * @throws EvaluationDataException if the file cannot be written
     */
    public static void write(
            Path file,
            EvaluationSummary summary,
            List<Reading> readings,
            EvaluationSet set,
            List<EvaluationRun.SkippedRow> skipped) {
        try {
            Files.write(file, Utf8.bytes(new HtmlReport(summary, readings, set, skipped).html()));
        } catch (IOException e) {
            throw new EvaluationDataException("The report cannot be written to '" + file + "': " + e.getMessage(), e);
        }
    }

    private String html() {
        StringBuilder html = new StringBuilder("<p>")
                .append(set.items().size())
                .append(" questions. Intervals hold the true value with 95 % confidence: Wilson's for right-or-wrong ")
                .append("scores, else bootstrap; drops are paired with the unpruned answers to the same questions. ")
                .append("Times are medians.</p>\n");
        table(html);
        kinds(html);
        html.append(new SvgChart(
                        "Accuracy over retention",
                        "image tokens kept, %",
                        "accuracy, %",
                        Start.FITTED,
                        curves(row -> new Point(
                                PERCENT * row.kept(),
                                PERCENT * row.accuracy().value(),
                                PERCENT * row.accuracy().low(),
                                PERCENT * row.accuracy().high())))
                .svg());
        html.append(new SvgChart(
                        "Time to the first token over retention",
                        "image tokens kept, %",
                        "milliseconds",
                        Start.ZERO,
                        curves(row -> Point.of(PERCENT * row.kept(), row.firstTokenMillis())))
                .svg());
        html.append(new ConfidenceSection(summary.rows(), row -> name(row, row.row())).html());
        worst(html);
        refused(html);
        return new ReportPage("Pruning on " + set.name()).markup(html).html();
    }

    private void table(StringBuilder html) {
        html.append(
                        "<div class=\"wide\"><table><thead><tr><th>model</th><th>setting</th><th>asked, %</th><th>kept, %</th>")
                .append("<th>accuracy, %</th><th>95 %</th><th>drop, points</th><th>95 %</th><th>box recall, %</th>")
                .append("<th>first token, ms</th><th>tokens/s</th><th>KV cache, MiB</th><th>peak, MiB</th><th>n</th>")
                .append("<th>failed</th></tr></thead><tbody>\n");
        for (RowFigures row : summary.rows()) {
            html.append(Markup.row(List.of(
                    row.model(),
                    row.row(),
                    percent(row.retention()),
                    percent(row.kept()),
                    percent(row.accuracy().value()),
                    interval(row.accuracy()),
                    percent(row.drop().value()),
                    interval(row.drop()),
                    percent(row.recall()),
                    RowFigures.number(row.firstTokenMillis()),
                    RowFigures.number(row.tokensPerSecond()),
                    String.format(Locale.ROOT, "%.2f", row.cacheBytes() / MEBIBYTE),
                    row.peakBytes() == 0 ? "-" : RowFigures.number(row.peakBytes() / MEBIBYTE),
                    Integer.toString(row.questions()),
                    Integer.toString(row.failed()))));
        }
        html.append("</tbody></table></div>\n");
    }

    private static String percent(double share) {
        return RowFigures.number(PERCENT * share);
    }

    private static String interval(Interval interval) {
        return percent(interval.low()) + " to " + percent(interval.high());
    }

    private void kinds(StringBuilder html) {
        List<String> kinds = summary.rows().stream()
                .flatMap(row -> row.byKind().keySet().stream())
                .distinct()
                .sorted()
                .toList();
        if (kinds.size() > 1) {
            html.append(
                    "<h2>Accuracy by kind, %</h2>\n<div class=\"wide\"><table><thead><tr><th>model</th><th>setting</th>");
            kinds.forEach(
                    kind -> html.append("<th>").append(Markup.escape(kind)).append("</th>"));
            html.append("</tr></thead><tbody>\n");
            for (RowFigures row : summary.rows()) {
                html.append("<tr><td>").append(Markup.escape(row.model()));
                html.append("</td><td>").append(Markup.escape(row.row())).append("</td>");
                kinds.forEach(kind -> html.append("<td>")
                        .append(percent(row.byKind().getOrDefault(kind, Double.NaN)))
                        .append("</td>"));
                html.append("</tr>\n");
            }
            html.append("</tbody></table></div>\n");
        }
        for (RowFigures row : summary.rows()) {
            PopeFigures pope = row.pope();
            if (pope != null) {
                html.append("<p>POPE, ")
                        .append(Markup.escape(name(row, row.row())))
                        .append(": accuracy ");
                html.append(percent(pope.accuracy())).append(" %, precision ").append(percent(pope.precision()));
                html.append(" %, recall ").append(percent(pope.recall())).append(" %, F1 ");
                html.append(percent(pope.f1())).append(" %, yes ").append(percent(pope.yesRate()));
                html.append(" %</p>\n");
            }
        }
    }

    /** Where a setting lies on a chart. */
    @FunctionalInterface
    private interface Place {

        Point of(RowFigures row);
    }

    private List<Series> curves(Place place) {
        Map<String, List<Point>> byStrategy = new LinkedHashMap<>();
        for (RowFigures row : summary.rows()) {
            byStrategy
                    .computeIfAbsent(name(row, row.strategy()), name -> new ArrayList<>())
                    .add(place.of(row));
        }
        return byStrategy.entrySet().stream()
                .map(entry -> new Series(entry.getKey(), entry.getValue()))
                .toList();
    }

    private String name(RowFigures row, String own) {
        boolean several =
                summary.rows().stream().anyMatch(other -> !other.model().equals(row.model()));
        return several ? row.model() + ", " + own : own;
    }

    private void worst(StringBuilder html) {
        WorstCases cases = new WorstCases(set);
        List<String> models =
                summary.rows().stream().map(RowFigures::model).distinct().toList();
        for (String model : models) {
            summary.rows().stream()
                    .filter(row -> row.model().equals(model) && !row.row().equals(EvaluationRow.UNPRUNED))
                    .findFirst()
                    .ifPresent(row -> {
                        List<Reading> ofModel = readings.stream()
                                .filter(reading -> reading.model().equals(model))
                                .toList();
                        html.append("<h2>Lost answers of ").append(Markup.escape(name(row, row.row())));
                        html.append(
                                        "</h2>\n<p>The largest losses, the least evidence kept first. Dropped image tokens ")
                                .append("are grey, boxes mark what must be seen.</p>\n")
                                .append(cases.html(ofModel, row.row()));
                    });
        }
    }

    private void refused(StringBuilder html) {
        if (!skipped.isEmpty()) {
            html.append("<h2>Not possible here</h2>\n<ul>");
            skipped.forEach(row -> html.append("<li>")
                    .append(Markup.escape(row.model() + ", " + row.row() + ": " + row.reason()))
                    .append("</li>\n"));
            html.append("</ul>\n");
        }
    }
}
