package io.github.glimpse.model.qwen3vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class Qwen3VlConfigTest {

    private static final String TEXT = """
            "hidden_size": 2048, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8,
            "intermediate_size": 6144, "vocab_size": 151936, "head_dim": 128,
            "max_position_embeddings": 262144, "rms_norm_eps": 1e-06""";
    private static final String VISION = """
            "vision_config": {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16,
            "num_position_embeddings": 2304, "out_hidden_size": 2048, "deepstack_visual_indexes": [5, 11, 17]}""";
    private static final String RELEASED_ROPE = """
            "rope_theta": 1000000, "rope_scaling": {"mrope_interleaved": true, "mrope_section": [24, 20, 20],
            "rope_type": "default"}""";
    private static final String NEWER_ROPE = """
            "rope_parameters": {"mrope_interleaved": true, "mrope_section": [24, 20, 20], "rope_type": "default",
            "rope_theta": 1000000}""";

    private static Qwen3VlConfig of(String json) {
        return Qwen3VlConfig.of(ModelConfig.ofJson("config.json", "{" + json + "}"));
    }

    private static String nested(String rope) {
        return "\"text_config\": {" + TEXT + ", " + rope + ", \"tie_word_embeddings\": true}, " + VISION;
    }

    @Test
    void readsTheReleasedForm() {
        Qwen3VlConfig config = of(nested(RELEASED_ROPE));

        assertThat(config.decoder().ropeTheta()).isEqualTo(1e6);
        assertThat(config.decoder().positionSections()).containsExactly(24, 20, 20);
        assertThat(config.decoder().tiedHead()).isTrue();
        assertThat(config.decoder().interleaved()).isTrue();
        assertThat(config.decoder().headNorms()).isTrue();
        assertThat(config.dimensions().headDim()).isEqualTo(128);
        assertThat(config.vision().deepstackBlocks()).isEqualTo(List.of(5, 11, 17));
        assertThat(config.vision().tableSide()).isEqualTo(48);
        assertThat(config.imageToken()).isEqualTo(151_655);
        assertThat(config.videoToken()).isEqualTo(151_656);
    }

    @Test
    void readsTheFormOfNewerReleasesAndTheFlatOneAlike() {
        Qwen3VlConfig newer = of(nested(NEWER_ROPE));
        Qwen3VlConfig flat = of(TEXT + ", " + RELEASED_ROPE + ", \"tie_word_embeddings\": true, " + VISION);

        for (Qwen3VlConfig config : List.of(newer, flat)) {
            assertThat(config).usingRecursiveComparison().isEqualTo(of(nested(RELEASED_ROPE)));
        }
    }

    @Test
    void theOutermostWordOnTheTiedHeadCounts() {
        Qwen3VlConfig config = of(nested(RELEASED_ROPE) + ", \"tie_word_embeddings\": false");

        assertThat(config.decoder().tiedHead()).isFalse();
    }

    @Test
    void refusesWhatItDoesNotCompute() {
        assertThatThrownBy(() -> of(nested(RELEASED_ROPE.replace("\"default\"", "\"yarn\""))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("yarn");
        assertThatThrownBy(() -> of(nested(RELEASED_ROPE.replace("true", "false"))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("mrope_interleaved");
        assertThatThrownBy(() -> of(nested(RELEASED_ROPE.replace("24, 20", "24, 21"))))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("mrope_section");
        assertThatThrownBy(() -> of(nested(RELEASED_ROPE).replace("[5, 11, 17]", "[5, 11, 24]")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("deepstack_visual_indexes");
        assertThatThrownBy(() -> of(nested(RELEASED_ROPE).replace("2304", "2303")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("num_position_embeddings");
        assertThatThrownBy(() ->
                        of(nested(RELEASED_ROPE).replace("\"out_hidden_size\": 2048", "\"out_hidden_size\": 2049")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("out_hidden_size");
    }
}
