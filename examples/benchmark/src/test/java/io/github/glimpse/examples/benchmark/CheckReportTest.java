package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.examples.benchmark.Criterion.Judgement;
import io.github.glimpse.examples.benchmark.Criterion.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckReportTest {

    private static final Map<Criterion, Double> GOOD = Map.of(
            Criterion.LOGITS, 1.0,
            Criterion.DECODING, 81.0,
            Criterion.SAMPLING, 1.0,
            Criterion.PREFILL, 400.0,
            Criterion.AFTER_CUT, 1.2,
            Criterion.HOST_MEMORY, 1.1,
            Criterion.DEVICE_MEMORY, 0.4,
            Criterion.EXHAUSTION, 0.0);

    @TempDir
    private Path out;

    private void doctor(String device, String text) throws IOException {
        Files.writeString(out.resolve("doctor.json"), String.format(Locale.ROOT, """
                {"device": {"chosen": "%s"}, "warnings": [], "problems": [],
                 "answers": [{"expected": "87.00", "texts": {"cpu": "87.00", "cuda:0": "%s"}}]}
                """, device, text));
    }

    private void device(boolean onGpu, Map<Criterion, Double> figures, String... shapes) throws IOException {
        List<Judgement> points = new ArrayList<>();
        points.add(Criterion.REFUSAL.judge(new Setting(Setting.MACHINE, onGpu, true), 0.0, ""));
        for (String shape : shapes) {
            figures.forEach(
                    (criterion, figure) -> points.add(criterion.judge(new Setting(shape, onGpu, true), figure, "")));
        }
        new ObjectMapper()
                .writeValue(
                        out.resolve("device.json").toFile(),
                        Map.of("points", points, "figures", List.of(new DeviceFinding("3b", "loaded in", 3.5, "s"))));
    }

    private int run(String doctorExit, String... more) {
        String[] arguments = {
            "--out=" + out, "--device=cuda", "--shapes=3b,7b", "--seconds=500", "--doctor=" + doctorExit
        };
        return CheckReport.commandLine()
                .execute(Stream.concat(Arrays.stream(arguments), Arrays.stream(more))
                        .toArray(String[]::new));
    }

    private String verdict(String of, Criterion criterion) throws IOException {
        JsonNode check = new ObjectMapper().readTree(out.resolve("check.json").toFile());
        return StreamSupport.stream(check.path("points").spliterator(), false)
                .filter(point -> point.path("of").asText().equals(of)
                        && point.path("criterion").asText().equals(criterion.name()))
                .map(point -> point.path("verdict").asText() + ": "
                        + point.path("why").asText())
                .reduce((one, other) -> one + " and " + other)
                .orElse("none");
    }

    @Test
    void endsWithZeroIfAllPointsAreOk() throws IOException {
        doctor("cuda:0", "87.00");
        device(true, GOOD, "3b", "7b");

        assertThat(run("0", "--benchmark=0")).isZero();
        assertThat(out.resolve("check.md"))
                .content()
                .startsWith("# Check of a GPU\n\nAll points are ok.")
                .contains("| 7b | prefill | at least 300 TFLOP/s | 400 TFLOP/s | ok |")
                .contains("| 3b | loaded in | 3.500 s |")
                .doesNotContain("not ok")
                .doesNotContain("not measured");
    }

    @Test
    void endsWithOneIfAPointIsNotOk() throws IOException {
        doctor("cuda:0", "87.00");
        device(true, Map.of(Criterion.PREFILL, 12.0), "3b");

        assertThat(run("0", "--benchmark=1")).isEqualTo(CheckReport.FAILS);
        assertThat(verdict("3b", Criterion.PREFILL)).startsWith("NOT_OK");
        assertThat(out.resolve("check.md")).content().contains("| at least 300 TFLOP/s | 12 TFLOP/s | **not ok** |");
    }

    @Test
    void anAnswerThatTheGpuGivesOtherwiseIsNotOk() throws IOException {
        doctor("cuda:0", "37.00");
        device(true, GOOD, "3b", "7b");

        assertThat(run("2", "--benchmark=0")).isEqualTo(CheckReport.NO_GPU);
        assertThat(run("1", "--benchmark=0")).isEqualTo(CheckReport.FAILS);
        assertThat(verdict("machine", Criterion.ANSWERS)).isEqualTo("NOT_OK: of 2");
    }

    @Test
    void whatTheTimeDidNotSufficeForIsNotMeasured() throws IOException {
        doctor("cuda:0", "87.00");
        device(true, GOOD, "3b");

        assertThat(run("0", "--benchmark=124")).isEqualTo(CheckReport.FAILS);
        assertThat(verdict("3b", Criterion.DECODING)).startsWith("OK");
        assertThat(verdict("7b", Criterion.DECODING)).isEqualTo("NOT_MEASURED: the time was over");
    }

    @Test
    void aBenchmarkThatDiedIsToldWithItsLastWords() throws IOException {
        doctor("cuda:0", "87.00");
        Files.writeString(out.resolve("device.json"), "{\"points\": [{\"of\"");
        Files.write(out.resolve("benchmark.log"), new byte[] {'o', 'h', ' ', (byte) 0xff, '\n'});

        assertThat(run("0", "--benchmark=134")).isEqualTo(CheckReport.FAILS);
        assertThat(verdict("machine", Criterion.REFUSAL))
                .isEqualTo("NOT_MEASURED: the benchmark ended before it, with 134");
        assertThat(out.resolve("check.md"))
                .content()
                .contains("The end of `benchmark.log`")
                .contains("oh ");
    }

    @Test
    void aDoctorThatSaidNothingEndsItWithTwo() throws IOException {
        Files.writeString(out.resolve("doctor.json"), "");
        Files.writeString(out.resolve("doctor.log"), "no space left\n");

        assertThat(run("2")).isEqualTo(CheckReport.NO_GPU);
        assertThat(verdict("machine", Criterion.ANSWERS)).isEqualTo("NOT_MEASURED: the doctor asked nothing");
        assertThat(verdict("machine", Criterion.DOCTOR)).isEqualTo("NOT_MEASURED: it ended with 2 and told nothing");
        assertThat(out.resolve("check.md")).content().contains("no space left").doesNotContain("## Doctor");
    }

    @Test
    void aProblemThatTheDoctorFoundIsNotOkWhateverTheDevice() throws IOException {
        Files.writeString(out.resolve("doctor.json"), "{\"problems\": [\"There is no libtorch.so\"], \"exit\": 2}");

        assertThat(run("2")).isEqualTo(CheckReport.NO_GPU);
        assertThat(verdict("machine", Criterion.DOCTOR)).isEqualTo("NOT_OK: There is no libtorch.so");
    }

    @Test
    void aCpuIsNeverAllRight() throws IOException {
        doctor("cpu", "87.00");
        device(false, GOOD, "3b", "7b");

        assertThat(run("0", "--benchmark=0")).isEqualTo(CheckReport.NO_GPU);
        assertThat(verdict("3b", Criterion.LOGITS)).startsWith("OK");
        assertThat(verdict("3b", Criterion.PREFILL)).startsWith("NOT_MEASURED: measured on a CPU");
        assertThat(out.resolve("check.md")).content().contains("No GPU was used");
    }
}
