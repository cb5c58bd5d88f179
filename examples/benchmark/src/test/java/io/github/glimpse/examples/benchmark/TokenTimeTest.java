package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenTimeTest {

    @TempDir
    private Path folder;

    @Test
    void aTokenIsToldBesidePlainReadsAndByLayersAndTheModelIsDeleted() throws IOException {
        int code = TokenTime.commandLine()
                .execute(
                        "--shape=tiny",
                        "--layers=4",
                        "--weights=mapped",
                        "--tokens=64",
                        "--output-tokens=8",
                        "--rounds=1",
                        "--out=" + folder);

        assertThat(code).isZero();
        assertThat(Files.readString(folder.resolve("table.md")))
                .containsPattern("MAPPED: 6 tokens, [0-9.]+ ms in the middle")
                .containsPattern("layer 3 \\| [1-9]")
                .containsPattern("head \\| 1 \\| [1-9]");
        assertThat(folder.resolve("qwen2.5-vl-tiny-4-layers")).doesNotExist();
    }

    @Test
    void callsInsideOfOthersAndTokensThatAreNotWholeDoNotCount() throws IOException {
        Path trace = folder.resolve("trace.json");
        StringBuilder events = new StringBuilder("[");
        // Each token: embedding, two norms and two products of one layer, the last norm and the head; a product holds a
        // copy.
        for (int token = 0; token < 4; token++) {
            int at = 1_000 * token;
            events.append(event("aten::embedding", at, 10))
                    .append(event("aten::layer_norm", at + 20, 10))
                    .append(event("mkldnn::_linear_pointwise", at + 30, 100))
                    .append(event("aten::copy_", at + 40, 5))
                    .append(event("aten::layer_norm", at + 140, 10))
                    .append(event("mkldnn::_linear_pointwise", at + 150, 200))
                    .append(event("aten::layer_norm", at + 350, 10))
                    .append(event("mkldnn::_linear_pointwise", at + 360, 300));
        }
        Files.writeString(trace, events.substring(0, events.length() - 1) + "]");

        Profile profile = Profile.read(trace, 1);

        assertThat(profile.tokens()).isEqualTo(2);
        assertThat(profile.parts())
                .containsExactly(new Profile.Part(4, 600, 6, 60, 40), new Profile.Part(2, 600, 2, 20, 0));
    }

    private static String event(String name, int start, int micros) {
        return "{\"name\":\"" + name + "\",\"ts\":" + start + ",\"dur\":" + micros + "},";
    }
}
