package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.PruningOptions;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationSummaryTest {

    private static final String HOSTILE = "<script>alert(\"1\")</script><img src=https://example.com/x onerror='a'>";
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(2, 2, 14, 1), 28, 28, 0, 0, 14, 14);
    private static final List<EvaluationRow> SETTINGS = List.of(
            EvaluationRow.unpruned(),
            EvaluationRow.of("glimpse", "glimpse", PruningOptions.defaults()),
            EvaluationRow.at("half", "grid", 0.5, retention -> PruningOptions.defaults()));

    @TempDir
    private Path folder;

    private static Reading reading(String row, int id, double score, double confidence, String error) {
        return new Reading(
                "m",
                row,
                Integer.toString(id),
                "key" + row + id,
                id % 2 == 0 ? "even" : "odd",
                "exact",
                HOSTILE,
                "yes",
                score == 1 ? "yes" : HOSTILE,
                score,
                row.equals(EvaluationRow.UNPRUNED)
                        ? new Reading.Selection(4, 4, 1, TokenMask.of(PLAN, new int[] {0, 1, 2, 3}))
                        : new Reading.Selection(4, 1, score, TokenMask.of(PLAN, new int[] {0})),
                new Reading.Cost(id, 2, 10, 100, 1_000 + id),
                row.equals("glimpse") ? confidence : null,
                new AnswerLikelihood(1 - confidence / 2, 1, 0),
                error);
    }

    /** Twenty questions: unpruned knows all but one, glimpse loses two more, and question 19 fails when pruned. */
    private static List<Reading> readings() {
        List<Reading> readings = new ArrayList<>();
        for (int id = 0; id < 20; id++) {
            readings.add(reading("none", id, id == 5 ? 0 : 1, 0, ""));
            readings.add(reading("glimpse", id, id < 2 || id == 5 ? 0 : 1, id / 20.0, id == 19 ? "too large" : ""));
        }
        return readings;
    }

    private static RowFigures figures(String row) {
        return EvaluationSummary.of(readings(), SETTINGS).rows().stream()
                .filter(figures -> figures.row().equals(row))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void comparesAnswersToTheSameQuestions() {
        RowFigures glimpse = figures("glimpse");
        assertThat(glimpse.questions()).isEqualTo(19);
        assertThat(glimpse.failed()).isEqualTo(1);
        assertThat(glimpse.accuracy()).isEqualTo(Statistics.wilson(16, 19));
        assertThat(glimpse.drop().value()).isEqualTo(2 / 19.0, within(1e-12));
        assertThat(glimpse.drop().low()).isGreaterThanOrEqualTo(0);
        assertThat(glimpse.kept()).isEqualTo(0.25);
        assertThat(glimpse.retention())
                .as("what was kept, as nobody asked for a share")
                .isEqualTo(0.25);
        assertThat(glimpse.firstTokenMillis()).isEqualTo(9);
        assertThat(glimpse.peakBytes()).isEqualTo(1_018);
        assertThat(glimpse.byKind()).containsOnlyKeys("even", "odd");
        assertThat(figures("none").drop()).isEqualTo(new Interval(0, 0, 0));
    }

    @Test
    void findsTheLostAnswersAmongTheLeastConfident() {
        ConfidenceFigures confidence = Objects.requireNonNull(figures("glimpse").confidence());
        assertThat(confidence.lost()).isEqualTo(2);
        assertThat(confidence.lostInLeastConfident()).isEqualTo(1.0);
        assertThat(confidence.agreementSeparation()).isEqualTo(1.0);
    }

    @Test
    void findsTheLostAnswersAmongTheLeastLikely() {
        // Confidence and likelihood are drawn in opposite order, so the two that are lost are the likeliest; 17 is
        // second of 19.
        ConfidenceFigures likelihood = Objects.requireNonNull(figures("glimpse").likelihood());
        assertThat(likelihood.lost()).isEqualTo(2);
        assertThat(likelihood.lostInLeastConfident()).isZero();
        assertThat(likelihood.agreementSeparation()).isZero();
        assertThat(likelihood.leastTenth()).isEqualTo(1 - 17 / 40.0);
        assertThat(figures("glimpse").likelihoodLine())
                .hasValue("likelihood=glimpse n=19 auroc=0.00 lost=2 least-tenth=0.0 border=0.58");
        assertThat(figures("none").likelihoodLine()).isEmpty();
    }

    @Test
    void printsOneLine() {
        assertThat(figures("glimpse").line())
                .matches(
                        "strategy=glimpse retention=25\\.0 accuracy=84\\.2 drop=10\\.5 ci=\\d+\\.\\d kept=25\\.0 recall=84\\.2"
                                + " ttft=9\\.0");
        assertThat(figures("none").line()).contains("strategy=none retention=100.0 accuracy=95.0 drop=0.0 ci=0.0");
    }

    @Test
    void writesATable() throws IOException {
        Path file = folder.resolve("table.csv");
        EvaluationSummary.of(readings(), SETTINGS).writeCsv(file);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3);
        int columns = lines.get(0).split(",", -1).length;
        assertThat(lines).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(columns));
    }

    @Test
    void tellsTheFloorsOfSettingsWithoutAGuard() throws IOException {
        EvaluationRow auto = EvaluationRow.of(
                "glimpse", "glimpse", PruningOptions.builder().profile("auto").build());
        EvaluationRow guarded = EvaluationRow.of(
                "glimpse",
                "glimpse",
                PruningOptions.builder().guard(GuardOptions.on()).build());
        Path file = folder.resolve("floors.csv");

        EvaluationSummary.of(readings(), SETTINGS).writeFloorsCsv(file);

        assertThat(floors(SETTINGS.get(1))).isNotEmpty();
        assertThat(floors(auto)).isEmpty();
        assertThat(floors(guarded)).isEmpty();
        // Of 19 answers those to 0, 1 and 5 kept nothing. Below 0.3 lie 0 to 5: all of these, and 3 of the 16 others.
        assertThat(Files.readAllLines(file))
                .hasSize(1 + floors(SETTINGS.get(1)).size())
                .contains("m,glimpse,0.3,6,13,0.3157894736842105,0.5,1.0,0.8125,false");
        assertThat(figures("glimpse").confidenceLine())
                .hasValueSatisfying(line ->
                        assertThat(line).startsWith("confidence=glimpse n=19 ").endsWith("floor=-"));
        assertThat(figures("none").confidenceLine()).isEmpty();
    }

    private static List<ConfidenceFloor> floors(EvaluationRow setting) {
        List<EvaluationRow> settings = List.of(EvaluationRow.unpruned(), setting);
        RowFigures figures = EvaluationSummary.of(readings(), settings).rows().get(1);
        return Objects.requireNonNull(figures.confidence()).floors();
    }

    @Test
    void reportsWithoutRunningOrFetchingWhatTheDataSay() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_INT_RGB), "png", png);
        List<EvaluationItem> items = new ArrayList<>();
        for (int id = 0; id < 20; id++) {
            items.add(new EvaluationItem(
                    Integer.toString(id),
                    png::toByteArray,
                    HOSTILE,
                    List.of("yes"),
                    List.of(new PixelArea(0, 0, 10, 10)),
                    null,
                    "exact",
                    ""));
        }
        Path file = folder.resolve("report.html");
        HtmlReport.write(
                file,
                EvaluationSummary.of(readings(), SETTINGS),
                readings(),
                EvaluationSet.of("set <b>", items),
                List.of(new EvaluationRun.SkippedRow("m", "fastv", "needs <i>attention</i>")));
        String html = Files.readString(file);
        assertThat(html)
                .contains("default-src 'none'")
                .contains("&lt;script&gt;")
                .contains("set &lt;b&gt;")
                .contains("needs &lt;i&gt;")
                .contains("data:image/png;base64,")
                .contains("class=\"box\"")
                .contains("Floors of the guard", "default for widening", "default for skipping")
                .doesNotContain("<script")
                .doesNotContain("<img")
                .doesNotContain("src=\"http")
                .doesNotContain("href=\"http")
                .doesNotContain("NaN");
        assertThat(html.split("<article>", -1)).as("two lost answers").hasSize(3);
        assertThat(html.split("<figure>", -1)).as("accuracy, time, reliability").hasSize(4);
    }
}
