package io.github.glimpse.examples.documents;

import io.github.glimpse.eval.ReportPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of an evaluation, on the console as they come and as one HTML file at the end. */
final class EvaluationTables {

    private static final List<String> FINDERS =
            List.of("finder", "pages", "text layer", "questions", "recall@1, %", "recall@5, %", "nDCG@5");
    private static final List<String> READERS = List.of(
            "reader",
            "pages",
            "questions",
            "right, %",
            "right page given, %",
            "ANLS, %",
            "box hit, %",
            "refused, %",
            "of them almost there, %",
            "tokens kept, %",
            "find, ms",
            "read, ms");

    private final PrintWriter out;
    private final List<List<String>> finders = new ArrayList<>();
    private final List<List<String>> readers = new ArrayList<>();
    private final Map<String, double[]> points = new LinkedHashMap<>();

    EvaluationTables(PrintWriter out) {
        this.out = out;
    }

    private void print(List<String> cells) {
        out.println("| " + String.join(" | ", cells) + " |");
        out.flush();
    }

    private void head(List<String> cells) {
        out.println();
        print(cells);
        out.println("|---".repeat(cells.size()) + "|");
    }

    void found(String pages, List<Findings> all) {
        head(FINDERS);
        for (Findings each : all) {
            List<String> row = List.of(
                    each.finder(),
                    pages,
                    each.hasText() ? "yes" : "no",
                    String.valueOf(each.questions()),
                    percent(each.first(), each.questions()),
                    percent(each.firstFive(), each.questions()),
                    each.questions() == 0 ? "-" : String.format(Locale.ROOT, "%.3f", each.gain() / each.questions()));
            finders.add(row);
            print(row);
        }
    }

    void beginReaders() {
        head(READERS);
    }

    void read(String pages, Readings each) {
        List<String> row = List.of(
                each.reader(),
                pages,
                String.valueOf(each.questions()),
                percent(each.right(), each.answerable()),
                percent(each.rightWhenGiven(), each.answerable()),
                percent(each.similarity(), each.answerable()),
                percent(each.hits(), each.right()),
                percent(each.refused(), each.inVain()),
                percent(each.almostRefused(), each.almost()),
                percent((double) each.keptTokens(), each.imageTokens()),
                millis(each.findNanos(), each.questions()),
                millis(each.readNanos(), each.questions()));
        readers.add(row);
        points.put(each.reader() + (pages.equals(DRAWN) ? "" : ", " + pages), new double[] {
            100.0 * each.keptTokens() / Math.max(1, each.imageTokens()),
            100.0 * each.right() / Math.max(1, each.answerable())
        });
        print(row);
    }

    /** Pages as they were drawn. */
    static final String DRAWN = "as drawn";

    void write(Path file, String about) throws IOException {
        new ReportPage("Answers from documents")
                .paragraph(about)
                .heading("Finding pages")
                .table(FINDERS, finders)
                .heading("Answering")
                .paragraph(
                        "Right is to the letter and from the right page. A box hit is a right answer whose box has its "
                                + "middle on the answer's line. Refused are questions that no page answers; of them "
                                + "almost there are those for a code that a page has but for one character.")
                .table(READERS, readers)
                .points("Right answers over image tokens kept", "image tokens kept, %", "answered right, %", points)
                .write(file);
    }

    private static String percent(double part, long all) {
        return all == 0 ? "-" : String.format(Locale.ROOT, "%.1f", 100.0 * part / all);
    }

    private static String millis(long nanos, int questions) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e6 / Math.max(1, questions));
    }
}
