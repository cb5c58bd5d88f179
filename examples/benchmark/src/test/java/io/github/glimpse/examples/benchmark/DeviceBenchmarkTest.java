package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
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
        for (String figure : List.of("decoding, greedy", "decoding, top-p 0.9", "prefill", "share of the copy rate")) {
            assertThat(finding(found, figure).path("value").asDouble())
                    .as(figure)
                    .isPositive();
        }
        for (String claim :
                List.of("memory that runs out ends that request only", "cuda:0 is refused with the count")) {
            assertThat(finding(found, claim).path("held").asBoolean()).as(claim).isTrue();
        }
        assertThat(found.at("/library/device").asText()).isEqualTo("cpu");
        assertThat(Files.readString(out.resolve("device.md"))).contains("| tiny | decoding, greedy |");
        assertThat(out.resolve("models")).isEmptyDirectory();
    }

    private static JsonNode finding(JsonNode found, String item) {
        return StreamSupport.stream(found.path("findings").spliterator(), false)
                .filter(finding -> finding.path("item").asText().equals(item))
                .findFirst()
                .orElseThrow();
    }
}
