package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Videos from strangers, and decoders that do what they should not, in a process of its own: each gives an answer or one of LangChain4j's
 * errors, in its time, and leaves its place and its memory. {@code -Dglimpse.hostile=10000} for the long run.
 */
@TestCategory.Hostile
class VideoHostileInputsIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures").toAbsolutePath();
    private static final long SLACK_MILLIS = 2_000;
    private static final Set<String> OUTCOMES =
            Set.of("answer", "InvalidRequestException", "TimeoutException", "UnsupportedFeatureException");

    @TempDir
    Path folder;

    /** {@code kind outcome milliseconds limit faults}, as the process prints it. */
    private record Line(String kind, String outcome, long millis, long limit, String faults) {

        static Line of(String text) {
            String[] words = text.split(" ", 5);
            return new Line(words[0], words[1], Long.parseLong(words[2]), Long.parseLong(words[3]), words[4]);
        }
    }

    private List<Line> lines(String... arguments) throws IOException, InterruptedException {
        List<Line> lines = OwnProcess.lines(HostileVideos.class, 120 + HostileInputs.COUNT, folder, arguments).stream()
                .map(Line::of)
                .toList();
        assertThat(lines).allSatisfy(line -> assertThat(line.faults()).isEqualTo("none"));
        return lines;
    }

    static List<String> families() {
        List<String> families = List.of(
                "qwen2_vl-tiny/model qwen2_vl-tiny/cases/002/odd",
                "qwen3_vl-tiny/model qwen3_vl-tiny/cases/008",
                "smolvlm-tiny/model smolvlm-tiny/cases/005",
                "llava_onevision-tiny/model llava_onevision-tiny/cases/006");
        return Sample.of("VideoHostileInputsIT", families, family -> "any");
    }

    @ParameterizedTest
    @MethodSource("families")
    void damagedFramesAndTimesGiveAnAnswerOrAnErrorOfLangChain4j(String paths)
            throws IOException, InterruptedException {
        String[] arguments = Arrays.stream(paths.split(" ", -1))
                .map(path -> FIXTURES.resolve(path).toString())
                .toArray(String[]::new);

        List<Line> lines = lines("frames", arguments[0], arguments[1], String.valueOf(HostileInputs.COUNT / 4));

        Map<String, Long> counts = new TreeMap<>();
        lines.forEach(line -> counts.merge(line.kind() + " " + line.outcome(), 1L, Long::sum));
        System.out.println(counts);
        assertThat(lines)
                .hasSizeGreaterThanOrEqualTo(HostileInputs.COUNT / 4)
                .allSatisfy(line -> assertThat(line.outcome()).isIn(OUTCOMES));
        assertThat(lines).first().extracting(Line::outcome).isEqualTo("answer");
        assertThat(lines).last().extracting(Line::outcome).isEqualTo("answer");
        assertThat(outcomes(lines, "head")).doesNotContain("answer", "TimeoutException");
        assertThat(outcomes(lines, "mixed")).containsOnly("InvalidRequestException");
        assertThat(outcomes(lines, "wrong")).containsOnly("InvalidRequestException");
    }

    private static Set<String> outcomes(List<Line> lines, String kind) {
        Set<String> outcomes = lines.stream()
                .filter(line -> line.kind().equals(kind))
                .map(Line::outcome)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(outcomes).as(kind).isNotEmpty();
        return outcomes;
    }

    @Thorough
    @TestCategory.Hostile
    @Test
    void decodersThatFailOrNeverReturnHoldNeitherThePlaceNorTheCaller() throws IOException, InterruptedException {
        List<Line> lines =
                lines("decoders", FIXTURES.resolve("qwen2_vl-tiny/model").toString());

        assertThat(lines)
                .extracting(line -> line.kind() + " " + line.outcome())
                .containsExactly(HostileVideos.EXPECTED.toArray(String[]::new));
    }

    /** A measure of time, for an idle machine. */
    @Test
    @Tag("timing")
    void decodersThatNeverReturnHoldTheCallerNoLongerThanItsLimit() throws IOException, InterruptedException {
        assertThat(lines("decoders", FIXTURES.resolve("qwen2_vl-tiny/model").toString()))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.millis()).isLessThan(line.limit() + SLACK_MILLIS));
    }
}
