package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The operations that a cut saves follow from the sizes. */
class DecoderWorkTest {

    @Test
    void nothingDroppedSavesNothing() {
        assertThat(work().shareLeft(640, 0, 24)).isEqualTo(1.0);
    }

    @Test
    void withoutAttentionTheShareIsThatOfLayersAndRows() {
        DecoderWork work = new DecoderWork(36, 77_000_000, 0, 0, 0);
        assertThat(work.shareLeft(640, 320, 24)).isCloseTo(24 / 36.0 + 12 / 36.0 / 2, within(1e-12));
    }

    @Test
    void attentionSavesMoreThanTheShareOfRows() {
        assertThat(work().shareLeft(640, 320, 24)).isLessThan(24 / 36.0 + 12 / 36.0 / 2);
    }

    @Test
    void readsTheSizes() throws IOException {
        // Grouped heads: queries and outputs are 6 heads of 4 wide, keys and values 2 of 4.
        String config = """
                {"hidden_size": 24, "num_attention_heads": 6, "num_key_value_heads": 2, "intermediate_size": 50,
                 "num_hidden_layers": 3, "vocab_size": 100}
                """;

        assertThat(DecoderWork.of(new ObjectMapper().readTree(config), 7))
                .isEqualTo(new DecoderWork(3, 24 * (24 + 24 + 8 + 8) + 3 * 24 * 50, 24, 24 * 100, 7));
    }

    @Test
    void countsTheKeysAndValuesOfAToken() throws IOException {
        String config = """
                {"hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2, "num_hidden_layers": 36}
                """;

        // 36 layers, a key and a value, 2 heads of 128, 2 bytes
        assertThat(DecoderWork.cacheBytesPerToken(new ObjectMapper().readTree(config)))
                .isEqualTo(36L * 2 * 2 * 128 * 2);
    }

    @Test
    void whatLlavasConfigurationLeavesOutIsLlamas() throws IOException {
        String config = """
                {"text_config": {"model_type": "llama", "vocab_size": 32064}}
                """;

        assertThat(DecoderWork.of(new ObjectMapper().readTree(config), 0))
                .isEqualTo(new DecoderWork(32, 4L * 4096 * 4096 + 3L * 4096 * 11_008, 4096, 4096L * 32_064, 0));
    }

    private static DecoderWork work() {
        return new DecoderWork(36, 77_000_000, 2048, 0, 0);
    }
}
