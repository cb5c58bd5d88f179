package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.chat.RequestOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of the guide against {@link GlimpseMeter} and {@link GlimpseObservation}. */
class MeterGuideTest {

    private static final Path GUIDE =
            Path.of(System.getProperty("glimpse.basedir", ".."), "docs", "guide", "spring.md");

    @Test
    void theGuideHasOneRowPerMeter() throws IOException {
        List<String> rows =
                Arrays.stream(GlimpseMeter.values()).map(MeterGuideTest::row).toList();

        assertThat(rowsUnder("| meter |")).isEqualTo(rows);
    }

    @Test
    void theGuideHasOneRowPerObservation() throws IOException {
        List<String> rows = Arrays.stream(GlimpseObservation.values())
                .map(kind ->
                        "| `" + kind.observationName() + "` | " + keys(kind.keys()) + " | " + kind.sentence() + " |")
                .toList();

        assertThat(rowsUnder("| observation |")).isEqualTo(rows);
    }

    @Test
    void theGuideHasOneRowPerTag() throws IOException {
        assertThat(rowsUnder("| tag |")).hasSize(GlimpseMeter.Tag.values().length);
        assertThat(rowsUnder("| tag |")).zipSatisfy(List.of(GlimpseMeter.Tag.values()), (row, tag) -> assertThat(row)
                .startsWith("| `" + tag.key() + "` |")
                .endsWith("| " + tag.sentence() + " |"));
    }

    @Test
    void theTagsSentencesNameEveryValue() {
        assertThat(GlimpseMeter.Tag.STAGE.sentence())
                .contains(Arrays.stream(GlimpseMeter.Stage.values())
                        .map(GlimpseMeter.Stage::label)
                        .toList());
        assertThat(GlimpseMeter.Tag.REASON.sentence())
                .contains(
                        Arrays.stream(Rejection.values()).map(Rejection::label).toList());
        assertThat(GlimpseMeter.Tag.OUTCOME.sentence())
                .contains(Arrays.stream(RequestOutcome.values())
                        .map(RequestOutcome::label)
                        .toList());
    }

    private static String row(GlimpseMeter meter) {
        return "| `" + meter.meterName() + "` | " + meter.kind().name().toLowerCase(Locale.ROOT) + " | "
                + keys(meter.tags()) + " | " + meter.sentence() + " |";
    }

    private static String keys(List<GlimpseMeter.Tag> tags) {
        return tags.stream().map(tag -> "`" + tag.key() + "`").collect(Collectors.joining(", "));
    }

    private static List<String> rowsUnder(String heading) throws IOException {
        return Files.readAllLines(GUIDE).stream()
                .dropWhile(line -> !line.startsWith(heading))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }
}
