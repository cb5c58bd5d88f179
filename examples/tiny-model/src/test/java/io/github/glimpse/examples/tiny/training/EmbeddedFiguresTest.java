package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Figures of the embedded model that take minutes to make, or were made elsewhere, are quoted with the weights that they were made
 * with. Other weights in the library make them stale, and this fails until they are made anew and say so.
 */
class EmbeddedFiguresTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", "../.."));
    private static final Path EMBEDDED =
            ROOT.resolve("glimpse-langchain4j/src/main/resources/io/github/glimpse/hub/embedded");
    private static final Path CARD = EMBEDDED.resolve("model/README.md");
    private static final Pattern MADE_WITH =
            Pattern.compile("weights `([0-9a-f]{12})`\\s+and\\s+the\\s+module\\s+`([0-9a-f]{12})`");
    private static final int QUOTED = 12;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "docs/guide/evaluation.md",
                "docs/guide/models.md",
                "docs/guide/pruning.md",
                "examples/tiny-model/README.md",
                "examples/tiny-model/src/main/resources/io/github/glimpse/examples/tiny/training/outside.md",
                "glimpse-langchain4j/src/main/resources/io/github/glimpse/hub/embedded/model/README.md"
            })
    void thePagesFiguresWereMadeWithTheWeightsThatAreInTheLibrary(String page) throws IOException {
        ModelCard.Weights weights = Embedding.weights(EMBEDDED);

        List<MatchResult> quoted = MADE_WITH
                .matcher(Files.readString(ROOT.resolve(page)))
                .results()
                .toList();

        assertThat(quoted)
                .as("%s says with which weights its figures were made", page)
                .isNotEmpty()
                .allSatisfy(made -> {
                    assertThat(made.group(1))
                            .as("the model; make the figures anew, then name these weights")
                            .isEqualTo(weights.model().substring(0, QUOTED));
                    assertThat(made.group(2))
                            .as("the module; make the figures anew, then name these weights")
                            .isEqualTo(weights.module().substring(0, QUOTED));
                });
    }

    @Test
    void theCardIsTheOneThatIsWrittenForTheseWeights() throws IOException {
        String card = Files.readString(CARD);

        assertThat(card).isEqualTo(ModelCard.of(lines(card), steps(card), seed(card), Embedding.weights(EMBEDDED)));
    }

    /** The lines of the evaluation, as far as they stand in the card. */
    private static List<String> lines(String card) {
        List<String> lines = new ArrayList<>();
        Matcher row =
                Pattern.compile("(?m)^\\| (\\w+) \\| (\\d+) \\| (.*) \\|$").matcher(card);
        while (row.find()) {
            String[] cells = row.group(3).split(" \\| ", -1);
            lines.add("kind=" + row.group(1) + " n=" + row.group(2) + " full=" + cells[0] + " glimpse=" + cells[1]
                    + " random=" + cells[2] + " grid=" + cells[3] + " kept=" + cells[4] + " recall=" + cells[5]
                    + " faces=seen");
            lines.add("kind=" + row.group(1) + " n=1 full=" + cells[6] + " glimpse=" + cells[7]
                    + " random=- grid=- kept=- recall=- faces=unseen");
        }
        return lines;
    }

    private static Map<String, Long> steps(String card) {
        Map<String, Long> steps = new LinkedHashMap<>();
        Matcher step = Pattern.compile("(?m)^ {2}(\\w+): (\\d+)$").matcher(card.substring(0, card.indexOf("sha256:")));
        while (step.find()) {
            steps.put(step.group(1), Long.valueOf(step.group(2)));
        }
        return steps;
    }

    private static long seed(String card) {
        Matcher seed = Pattern.compile("(?m)^seed: (\\d+)$").matcher(card);
        assertThat(seed.find()).isTrue();
        return Long.parseLong(seed.group(1));
    }
}
