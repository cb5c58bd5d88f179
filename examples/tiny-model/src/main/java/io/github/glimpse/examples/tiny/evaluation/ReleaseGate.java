package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.hub.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds what {@link Evaluate} and {@link EvaluateOutside} have printed against the figures of the embedded model's card: {@code ReleaseGate
 * <report>…}. A figure has fallen if chance would explain it in one of some 700 cases, by the numbers of questions of both. Ends with status 1
 * if one has.
 */
public final class ReleaseGate {

    private static final Pattern OWN_ROW = Pattern.compile("(?m)^\\| (\\w+) \\| (\\d+) \\| (.*) \\|$");
    private static final Pattern OUTSIDE_ROW =
            Pattern.compile("(?m)^\\| ([\\w-]+) \\| \\D.*? \\| ([\\d,]+) \\| (.*) \\|$");
    private static final Pattern REPORTED =
            Pattern.compile("(?:line|kind)=(\\S+) n=(\\d+) full=(\\S+) glimpse=(\\S+) .*?(?:faces=(\\w+))?");
    private static final String UNSEEN = "unseen";
    // Cells behind the number of questions.
    private static final int FULL_UNSEEN = 6;

    private static final double STANDARD_ERRORS = 3;
    // Figures have one place behind the point.
    private static final double ROUNDING = 0.1;
    // Where all or none were right the next question may be the first that is not.
    private static final double LEAST_SHARE = 0.005;

    /** Right answers in percent, with all tokens and pruned. */
    private record Figures(int questions, double full, double pruned) {}

    private final Map<String, Figures> card;

    private ReleaseGate(String card) {
        this.card = figures(card);
    }

    /** Compares and prints. */
    public static void main(String[] arguments) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String report : arguments) {
            lines.addAll(Files.readAllLines(Path.of(report)));
        }
        String card;
        try (ModelSource model = ModelSource.embedded()) {
            card = Files.readString(model.directory().resolve("README.md"));
        }
        List<String> fallen = fallen(card, lines);
        fallen.forEach(System.out::println);
        System.out.println(fallen.isEmpty() ? "No figure has fallen" : fallen.size() + " figures have fallen");
        if (!fallen.isEmpty()) {
            System.exit(1);
        }
    }

    /**
     * What has fallen.
     *
     * @param card the model's
     * @param report lines of an evaluation; others are passed over
     * @throws IllegalArgumentException if no line is one of the card's
     */
    static List<String> fallen(String card, List<String> report) {
        ReleaseGate gate = new ReleaseGate(card);
        List<String> fallen = new ArrayList<>();
        int compared = 0;
        for (String line : report) {
            Matcher reported = REPORTED.matcher(line.strip());
            if (reported.matches()) {
                String name = UNSEEN.equals(reported.group(5)) ? reported.group(1) + " " + UNSEEN : reported.group(1);
                Figures told = gate.card.get(name);
                if (told != null) {
                    int questions = Integer.parseInt(reported.group(2));
                    compare(name, told.questions(), told.full(), questions, reported.group(3), fallen);
                    compare(name + ", pruned", told.questions(), told.pruned(), questions, reported.group(4), fallen);
                    compared++;
                }
            }
        }
        if (compared == 0) {
            throw new IllegalArgumentException(
                    "None of the report's lines is one of the card's; give what Evaluate or EvaluateOutside has printed");
        }
        return fallen;
    }

    private static void compare(
            String name, int toldOf, double told, int questions, String reported, List<String> fallen) {
        double now = Double.parseDouble(reported);
        double share = Math.max(LEAST_SHARE, Math.min(1 - LEAST_SHARE, told / 100));
        double error = 100 * Math.sqrt(share * (1 - share) * (1.0 / toldOf + 1.0 / questions));
        double least = told - STANDARD_ERRORS * error - ROUNDING;
        if (now < least) {
            fallen.add(String.format(
                    Locale.ROOT,
                    "%s: %.1f of %d questions, the card says %.1f of %d; chance explains no less than %.1f",
                    name,
                    now,
                    questions,
                    told,
                    toldOf,
                    least));
        }
    }

    /** By line of the suite or kind of question, and for kinds on unseen faces by that too. */
    private static Map<String, Figures> figures(String card) {
        Map<String, Figures> figures = new LinkedHashMap<>();
        OWN_ROW.matcher(card).results().forEach(row -> {
            int questions = Integer.parseInt(row.group(2));
            String[] cells = row.group(3).split(" \\| ", -1);
            figures.put(row.group(1), of(questions, cells, 0));
            if (!cells[FULL_UNSEEN].equals("-")) {
                figures.put(row.group(1) + " " + UNSEEN, of(questions, cells, FULL_UNSEEN));
            }
        });
        OUTSIDE_ROW
                .matcher(card)
                .results()
                .forEach(row -> figures.put(
                        row.group(1),
                        of(
                                Integer.parseInt(row.group(2).replace(",", "")),
                                row.group(3).split(" \\| ", -1),
                                0)));
        return figures;
    }

    private static Figures of(int questions, String[] cells, int first) {
        return new Figures(questions, Double.parseDouble(cells[first]), Double.parseDouble(cells[first + 1]));
    }
}
