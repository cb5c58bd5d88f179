package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceBenchmarkTest {

    @TempDir
    private Path out;

    @Test
    void measuresARandomModelOnTheCpuAndLeavesNoModelBehind() throws IOException {
        String[] arguments = {
            "--random=tiny",
            "--device=cpu",
            "--tokens=64",
            "--cache=36",
            "--output-tokens=3",
            "--repeat=1",
            "--out=" + out
        };
        assertThat(DeviceBenchmark.isMeant(arguments)).isTrue();
        assertThat(DeviceBenchmark.isMeant(new String[] {"--model=random"})).isFalse();

        int code = DeviceBenchmark.commandLine().execute(arguments);

        JsonNode found = new ObjectMapper().readTree(out.resolve("device.json").toFile());
        assertThat(code).as(found.toPrettyString()).isZero();
        for (String figure : List.of("decoding, greedy", "decoding, top-p 0.9", "prefill measured in", "loaded in")) {
            assertThat(of(found, "figures", "item", figure).path("value").asDouble())
                    .as(figure)
                    .isPositive();
        }
        for (Criterion criterion : List.of(Criterion.REFUSAL, Criterion.LOGITS, Criterion.EXHAUSTION)) {
            assertThat(point(found, criterion).path("verdict").asText())
                    .as(found.toPrettyString())
                    .isEqualTo("OK");
        }
        for (Criterion criterion :
                List.of(Criterion.DECODING, Criterion.PREFILL, Criterion.AFTER_CUT, Criterion.HOST_MEMORY)) {
            assertThat(point(found, criterion).path("verdict").asText()).isEqualTo("NOT_MEASURED");
            assertThat(point(found, criterion).path("measured").asDouble())
                    .as(found.toPrettyString())
                    .isPositive();
        }
        assertThat(found.at("/library/device").asText()).isEqualTo("cpu");
        assertThat(out.resolve("models")).isEmptyDirectory();
    }

    @Test
    void refusesAShapeThatIsNotThereBeforeAnythingIsMeasured() {
        StringWriter told = new StringWriter();

        int code = DeviceBenchmark.commandLine()
                .setErr(new PrintWriter(told))
                .execute("--random=3b,huge", "--device=cpu", "--out=" + out);

        assertThat(code).isNotZero();
        assertThat(told.toString()).contains("huge").contains("tiny");
        assertThat(out).isEmptyDirectory();
    }

    private static JsonNode point(JsonNode found, Criterion criterion) {
        return of(found, "points", "criterion", criterion.name());
    }

    private static JsonNode of(JsonNode found, String list, String key, String value) {
        return StreamSupport.stream(found.path(list).spliterator(), false)
                .filter(entry -> entry.path(key).asText().equals(value))
                .findFirst()
                .orElseThrow();
    }
}
