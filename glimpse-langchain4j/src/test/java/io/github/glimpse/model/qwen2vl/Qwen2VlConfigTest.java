package io.github.glimpse.model.qwen2vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.qwen25vl.QwenVision;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class Qwen2VlConfigTest {

    private static QwenVision of(String vision) {
        return Qwen2VlFamily.vision(ModelConfig.ofJson("config.json", "{" + vision + "}"));
    }

    @Test
    void readsTheWidthOfTheLanguageModelWhereItsKeySaysHiddenSize() {
        // All that the 2B's release writes of its tower.
        QwenVision vision = of("""
                "depth": 32, "embed_dim": 1280, "mlp_ratio": 4, "num_heads": 16, "in_chans": 3, "hidden_size": 1536,
                "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14, "temporal_patch_size": 2
                """);

        assertThat(vision)
                .isEqualTo(new QwenVision(
                        32,
                        1280,
                        16,
                        5120,
                        1536,
                        14,
                        2,
                        2,
                        3,
                        Integer.MAX_VALUE,
                        IntStream.range(0, 32).boxed().collect(Collectors.toSet()),
                        10_000,
                        null));
    }

    @Test
    void namesWhatItDoesNotCompute() {
        assertThatThrownBy(() -> of("\"hidden_act\": \"silu\""))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("quick_gelu");
        assertThatThrownBy(() -> of("\"mlp_ratio\": 0"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("mlp_ratio");
        assertThatThrownBy(() -> of("\"depth\": 2147483647"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("depth");
        assertThatThrownBy(() -> of("\"embed_dim\": 36, \"num_heads\": 6"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("embed_dim");
    }
}
