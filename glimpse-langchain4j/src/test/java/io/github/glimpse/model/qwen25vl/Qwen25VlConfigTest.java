package io.github.glimpse.model.qwen25vl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.hub.ModelConfig;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Qwen25VlConfigTest {

    private static final String TEXT = """
            "model_type": "qwen2_5_vl", "hidden_size": 3584, "num_hidden_layers": 28, "num_attention_heads": 28,
            "num_key_value_heads": 4, "intermediate_size": 18944, "vocab_size": 152064,
            "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}
            """;

    private static QwenConfig of(String vision) {
        ModelConfig root = ModelConfig.ofJson("config.json", "{" + TEXT + ", \"vision_config\": {" + vision + "}}");
        return QwenConfig.of(root, Qwen25VlFamily.vision(root.at("vision_config")));
    }

    @Test
    void takesTheReferencesDefaultsWhereAReleaseLeftOutWhatEqualsThem() {
        // All that release 4.49 writes of the 7B's tower.
        QwenConfig config = of("""
                "hidden_size": 1280, "in_chans": 3, "model_type": "qwen2_5_vl", "spatial_patch_size": 14,
                "tokens_per_second": 2
                """);

        assertThat(config.vision())
                .isEqualTo(
                        new QwenVision(32, 1280, 16, 3420, 3584, 14, 2, 2, 3, 4, Set.of(7, 15, 23, 31), 10_000, 2.0));
        assertThat(config.imageToken()).isEqualTo(151_655);
        assertThat(config.videoToken()).isEqualTo(151_656);
        assertThat(config.decoder().ropeTheta()).isEqualTo(1e6);
        assertThat(config.dimensions().normEps()).isEqualTo(1e-5);
    }

    @Test
    void readsTheTowersRotaryBaseWhereItIsWritten() {
        String written =
                "\"hidden_size\": 1280, \"rope_parameters\": {\"rope_theta\": 500.0, \"rope_type\": \"axial\"}";

        assertThat(of(written).vision().ropeTheta()).isEqualTo(500);
    }
}
