package io.github.glimpse.model.qwen3vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import org.junit.jupiter.api.Test;

class Qwen35ConfigTest {

    private static final String TEXT = """
            "hidden_size": 2560, "num_hidden_layers": 8, "num_attention_heads": 16, "num_key_value_heads": 4,
            "intermediate_size": 9216, "vocab_size": 248320, "head_dim": 256, "linear_num_key_heads": 16,
            "linear_num_value_heads": 32, "tie_word_embeddings": true,
            "rope_parameters": {"mrope_interleaved": true, "mrope_section": [11, 11, 10], "rope_type": "default",
            "rope_theta": 10000000, "partial_rotary_factor": 0.25}""";
    private static final String VISION = """
            "vision_config": {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16,
            "num_position_embeddings": 2304, "out_hidden_size": 2560, "deepstack_visual_indexes": []}""";

    private static Qwen35Config of(String text) {
        return Qwen35Config.of(ModelConfig.ofJson("config.json", "{\"text_config\": {" + text + "}, " + VISION + "}"));
    }

    @Test
    void everyFourthLayerAttendsUnlessTheFileSaysOtherwise() {
        assertThat(of(TEXT).recurrent()).containsExactly(0, 1, 2, 4, 5, 6);
        assertThat(of(TEXT + ", \"full_attention_interval\": 2").recurrent()).containsExactly(0, 2, 4, 6);
        assertThat(of(TEXT.replace(": 8", ": 2") + ", \"layer_types\": [\"full_attention\", \"linear_attention\"]")
                        .recurrent())
                .containsExactly(1);
    }

    @Test
    void aQuarterOfEachHeadIsTurned() {
        assertThat(of(TEXT).decoder().rotaryDim()).isEqualTo(64);
        assertThat(of(TEXT).decoder().gatedAttention()).isTrue();
        assertThat(of(TEXT).decoder().normsFromOne()).isTrue();
        assertThat(of(TEXT).vision().deepstackBlocks()).isEmpty();
    }

    @Test
    void refusesWhatItDoesNotCompute() {
        assertThatThrownBy(() -> of(TEXT + ", \"layer_types\": [\"full_attention\"]"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("layer_types");
        assertThatThrownBy(() -> of(TEXT + ", \"attn_output_gate\": false"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("attn_output_gate");
        assertThatThrownBy(() -> of(TEXT.replace("_value_heads\": 32", "_value_heads\": 24")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("linear_num_value_heads");
        assertThatThrownBy(() -> of(TEXT.replace("num_hidden_layers\": 8", "num_hidden_layers\": 2147483647")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("num_hidden_layers is 2147483647");
        assertThatThrownBy(() -> of(TEXT + ", \"linear_key_head_dim\": 46341, \"linear_value_head_dim\": 46341"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("46341");
        assertThatThrownBy(() -> of(TEXT.replace("0.25", "0.5")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("mrope_section");
    }
}
