package io.github.glimpse.eval;

import io.github.glimpse.eval.SvgChart.Point;
import io.github.glimpse.eval.SvgChart.Series;
import io.github.glimpse.eval.SvgChart.Start;
import io.github.glimpse.prune.GuardOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What the report says of the selections' confidence: whether it can be trusted, and where a guard should step in; and of the
 * answers' likelihood.
 */
final class ConfidenceSection {

    private static final double PERCENT = 100;

    private final List<RowFigures> rows;
    private final Function<RowFigures, String> name;

    /**
     * A section.
     *
     * @param name what a setting is called in this report
     */
    ConfidenceSection(List<RowFigures> rows, Function<RowFigures, String> name) {
        this.rows = rows;
        this.name = name;
    }

    /** A chart, a sentence for each setting, and the floors, if a setting has a confidence; then how likely lost answers were. */
    String html() {
        return ofSelections() + ofAnswers();
    }

    private String ofSelections() {
        StringBuilder charts = new StringBuilder();
        StringBuilder text = new StringBuilder();
        StringBuilder floors = new StringBuilder();
        for (RowFigures row : rows) {
            ConfidenceFigures figures = row.confidence();
            if (figures != null) {
                String setting = name.apply(row);
                charts.append(chart(setting, figures).svg());
                text.append("<p>")
                        .append(Markup.escape(setting))
                        .append(": ")
                        .append(sentence(figures))
                        .append("</p>\n");
                figures.floors().stream()
                        .filter(floor -> floor.isSupported() || isDefault(floor))
                        .forEach(floor -> floors.append(line(setting, figures, floor)));
            }
        }
        return charts.isEmpty()
                ? ""
                : "<h2>Reliability of the confidence</h2>\n<div class=\"charts\">" + charts + "</div>\n" + text
                        + (floors.isEmpty() ? "" : table(floors));
    }

    private static SvgChart chart(String setting, ConfidenceFigures figures) {
        return new SvgChart(
                setting,
                "confidence of the selection",
                "%",
                Start.ZERO,
                List.of(
                        series("same answer", figures, ConfidenceFigures.Group::agreement),
                        series("box recall", figures, ConfidenceFigures.Group::recall)));
    }

    private static Series series(
            String what, ConfidenceFigures figures, ToDoubleFunction<ConfidenceFigures.Group> share) {
        return new Series(
                what,
                figures.groups().stream()
                        .map(group -> Point.of(group.confidence(), PERCENT * share.applyAsDouble(group)))
                        .toList());
    }

    private String ofAnswers() {
        StringBuilder lines = new StringBuilder();
        for (RowFigures row : rows) {
            ConfidenceFigures figures = row.likelihood();
            if (figures != null) {
                lines.append(Markup.row(List.of(
                        name.apply(row),
                        ConfidenceFloor.decimal(figures.agreementSeparation()),
                        Integer.toString(figures.lost()),
                        percent(figures.lostInLeastConfident()),
                        ConfidenceFloor.decimal(figures.leastTenth()))));
            }
        }
        return lines.isEmpty()
                ? ""
                : "<h2>Likelihood of the answers</h2>\n<p>How likely the model held the least likely token of its answer. AUROC is"
                        + " for telling the answers that equal the unpruned ones from the others. The border is the likelihood below"
                        + " which the least likely tenth lies.</p>\n<div class=\"wide\"><table><thead><tr><th>setting</th>"
                        + "<th>AUROC</th><th>lost</th><th>of them in the least likely tenth, %</th><th>border</th></tr></thead>"
                        + "<tbody>\n" + lines + "</tbody></table></div>\n";
    }

    private static String sentence(ConfidenceFigures figures) {
        return "confidence and box recall: Spearman " + ConfidenceFloor.decimal(figures.recallCorrelation())
                + ", AUROC " + ConfidenceFloor.decimal(figures.recallSeparation())
                + "; confidence and the unpruned answer: Spearman "
                + ConfidenceFloor.decimal(figures.agreementCorrelation())
                + ", AUROC " + ConfidenceFloor.decimal(figures.agreementSeparation())
                + "; " + figures.lost() + " answers lost"
                + (figures.lost() == 0
                        ? "."
                        : ", of them " + percent(figures.lostInLeastConfident()) + " % in the least confident tenth.");
    }

    private static String table(CharSequence lines) {
        return "<h2>Floors of the guard</h2>\n<p>What a floor parts, by answers that no guard has touched: those with less"
                + " confidence would be widened, or, if it is the floor for skipping and widening does not help, not cut."
                + " Separation is Youden's J for finding box recall below one half: 1 parts all such answers from the others, 0 is"
                + " chance; best is the highest with at least " + ConfidenceFloor.LEAST_SUPPORT
                + " answers on either side, others are only in floors.csv.</p>\n<div class=\"wide\"><table><thead><tr><th>setting</th><th></th><th>floor</th>"
                + "<th>below, %</th><th>n below</th><th>their box recall, %</th><th>box recall of the rest, %</th>"
                + "<th>separation</th></tr></thead><tbody>\n"
                + lines + "</tbody></table></div>\n";
    }

    private static String line(String setting, ConfidenceFigures figures, ConfidenceFloor floor) {
        return Markup.row(List.of(
                setting,
                remark(figures, floor),
                ConfidenceFloor.decimal(floor.floor()),
                percent(floor.share()),
                Integer.toString(floor.below()),
                percent(floor.recallBelow()),
                percent(floor.recallOfRest()),
                ConfidenceFloor.decimal(floor.separation())));
    }

    private static boolean isDefault(ConfidenceFloor floor) {
        return floor.floor() == GuardOptions.DEFAULT_WIDEN_BELOW || floor.floor() == GuardOptions.DEFAULT_SKIP_BELOW;
    }

    private static String remark(ConfidenceFigures figures, ConfidenceFloor floor) {
        List<String> remarks = new ArrayList<>();
        if (figures.bestFloor().filter(floor::equals).isPresent()) {
            remarks.add("best");
        }
        if (floor.floor() == GuardOptions.DEFAULT_WIDEN_BELOW) {
            remarks.add("default for widening");
        }
        if (floor.floor() == GuardOptions.DEFAULT_SKIP_BELOW) {
            remarks.add("default for skipping");
        }
        return String.join(", ", remarks);
    }

    private static String percent(double share) {
        return RowFigures.number(PERCENT * share);
    }
}
