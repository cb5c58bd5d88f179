package io.github.glimpse.examples.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The table of the guide and the figures of guide and README are those that the command printed, and it was asked with the weights that are
 * in the library. The command takes minutes, so what it printed is kept in a file, but for times.
 */
class EmbeddedTableTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", "../.."));
    private static final Path EMBEDDED =
            ROOT.resolve("glimpse-langchain4j/src/main/resources/io/github/glimpse/hub/embedded");
    private static final Path PRINTED = ROOT.resolve("examples/evaluate/figures/embedded.txt");
    private static final String ANEW =
            "make examples/evaluate/figures/embedded.txt anew as examples/evaluate/README.md says,"
                    + " then the table of docs/guide/evaluation.md and the figures of README.md";
    private static final Pattern LINE = Pattern.compile(
            "(?m)^strategy=(\\S+) retention=\\S+ accuracy=(\\S+) drop=(\\S+) ci=(\\S+) kept=(\\S+) recall=(\\S+)$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+(?:@[a-z0-9-]+)?)` \\| "
            + "([0-9.]+) \\| (-?[0-9.]+) \\| ([0-9.]+) \\| ([0-9.]+) \\| ([0-9.]+) \\| (?:[0-9.]+|-) \\|$");
    private static final List<String> NO_METHOD = List.of("glimpse", "random", "grid", "auto");

    private record Figures(String accuracy, String drop, String interval, String kept, String recall) {

        static Figures of(MatchResult match) {
            return new Figures(match.group(2), match.group(3), match.group(4), match.group(5), match.group(6));
        }
    }

    @Test
    void theWeightsAreThoseThatWereAsked() throws IOException, GeneralSecurityException {
        assertThat(Files.readAllLines(PRINTED).subList(0, 2))
                .as(ANEW)
                .containsExactly("model=" + sha256("model"), "module=" + sha256("module"));
    }

    @Test
    void theTableOfTheGuideIsWhatTheCommandPrinted() throws IOException {
        assertThat(figures(ROW, ROOT.resolve("docs/guide/evaluation.md"))).isEqualTo(figures(LINE, PRINTED));
    }

    @Test
    void theFiguresOfTheReadmeAndTheGuideAreThoseOfTheTable() throws IOException {
        Map<String, Figures> table = figures(LINE, PRINTED);
        Figures glimpse = Objects.requireNonNull(table.get("glimpse"));
        List<Double> methods = table.entrySet().stream()
                .filter(row -> row.getValue().kept().equals(glimpse.kept()) && !NO_METHOD.contains(row.getKey()))
                .map(row -> Double.valueOf(row.getValue().accuracy()))
                .sorted(Comparator.naturalOrder())
                .toList();

        String kept = "it keeps " + glimpse.kept() + " % of the tokens and answers " + glimpse.accuracy()
                + " % of 500 questions";
        assertThat(Files.readString(ROOT.resolve("README.md")).replace('\n', ' '))
                .contains(kept);
        assertThat(Files.readString(ROOT.resolve("docs/guide/evaluation.md")).replace('\n', ' '))
                .contains(kept + ", " + accuracy(table, "none")
                        + " % with all of them; as many tokens by chance"
                        + " give " + accuracy(table, "random") + " %, spread evenly " + accuracy(table, "grid")
                        + " %, by methods without training " + methods.get(0) + " to "
                        + methods.get(methods.size() - 1) + " %");
    }

    @Test
    void whatTheGuideSaysOfConfidenceAndLikelihoodWasPrinted() throws IOException {
        String printed = Files.readString(PRINTED);
        String guide =
                Files.readString(ROOT.resolve("docs/guide/evaluation.md")).replaceAll("\\s+", " ");

        MatchResult confidence = match(
                "(?m)^confidence=glimpse n=500 spearman=(\\S+) auroc=(\\S+) lost=(\\S+) least-tenth=(\\S+) ", printed);
        assertThat(guide)
                .contains("(area under the curve " + confidence.group(2) + ", rank correlation " + confidence.group(1)
                        + ")")
                .contains("find lost answers: " + confidence.group(3) + " were lost here, " + confidence.group(4)
                        + " % of them in the least confident tenth");
        MatchResult likelihood = match(
                "(?m)^likelihood=glimpse n=500 auroc=(\\S+) lost=(\\S+) least-tenth=(\\S+) border=(\\S+)$", printed);
        assertThat(Double.parseDouble(likelihood.group(3)))
                .as("most of the lost answers")
                .isGreaterThan(50);
        assertThat(Double.parseDouble(likelihood.group(1)))
                .as("and above the others")
                .isGreaterThan(0.9);
        assertThat(guide)
                .contains("of the " + likelihood.group(2) + " here " + likelihood.group(3)
                        + " % lie in the least likely tenth, whose border is " + likelihood.group(4));
        MatchResult chance = match("(?m)^likelihood=random n=500 auroc=(\\S+) ", printed);
        assertThat(guide).contains("(area " + chance.group(1) + ")");
    }

    private static MatchResult match(String pattern, String text) {
        List<MatchResult> found =
                Pattern.compile(pattern).matcher(text).results().toList();
        assertThat(found).as(pattern).hasSize(1);
        return found.get(0);
    }

    private static String accuracy(Map<String, Figures> table, String strategy) {
        return Objects.requireNonNull(table.get(strategy), strategy).accuracy();
    }

    private static Map<String, Figures> figures(Pattern pattern, Path file) throws IOException {
        Map<String, Figures> figures = new LinkedHashMap<>();
        pattern.matcher(Files.readString(file))
                .results()
                .forEach(match -> figures.put(match.group(1), Figures.of(match)));
        assertThat(figures).as(file.toString()).hasSizeGreaterThan(15);
        return figures;
    }

    private static String sha256(String folder) throws IOException, GeneralSecurityException {
        byte[] weights = Files.readAllBytes(EMBEDDED.resolve(folder).resolve("model.safetensors"));
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(weights));
    }
}
