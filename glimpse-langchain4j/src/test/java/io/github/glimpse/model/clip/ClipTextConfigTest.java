package io.github.glimpse.model.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.Activation;
import org.junit.jupiter.api.Test;

class ClipTextConfigTest {

    private static ModelConfig json(String text) {
        return ModelConfig.ofJson("config.json", text);
    }

    @Test
    void earlyFilesTakeTheRowOfTheLargestId() {
        ClipTextConfig legacy = ClipTextConfig.ofClip(json("{\"eos_token_id\": 2}"));

        assertThat(legacy.pooledRow(new int[] {5, 7, 9, 3, 9})).isEqualTo(2);
        // a token that was added behind the end wins
        assertThat(legacy.pooledRow(new int[] {5, 9, 3, 10})).isEqualTo(3);
    }

    @Test
    void laterFilesTakeTheRowOfTheFirstEnd() {
        ClipTextConfig later = ClipTextConfig.ofClip(json("{\"eos_token_id\": 9}"));

        assertThat(later.pooledRow(new int[] {5, 9, 3, 10, 9})).isEqualTo(1);
        assertThat(later.pooledRow(new int[] {5, 7, 3})).isZero();
    }

    @Test
    void missingKeysHaveTheReferencesDefaults() {
        DualConfig clip = DualConfig.of(json("{\"model_type\": \"clip\"}"));

        assertThat(clip.dimension()).isEqualTo(512);
        assertThat(clip.vision())
                .isEqualTo(
                        new ClipConfig(12, 768, 12, 3_072, 224, 32, 3, Activation.QUICK_GELU, 1e-5, TowerLayout.CLIP));
        assertThat(clip.text())
                .isEqualTo(new ClipTextConfig(
                        12,
                        512,
                        8,
                        2_048,
                        77,
                        49_408,
                        Activation.QUICK_GELU,
                        1e-5,
                        49_407,
                        1,
                        ClipTextConfig.TextPooling.FIRST_END));
        DualConfig siglip = DualConfig.of(json("{\"model_type\": \"siglip\"}"));
        assertThat(siglip.vision().patches()).isEqualTo(196);
        assertThat(siglip.vision().rows()).isEqualTo(196);
        assertThat(siglip.vision().activation()).isEqualTo(Activation.GELU_TANH);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> DualConfig.of(json("{\"model_type\": \"siglip2\"}")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("NaFlex");
        assertThatThrownBy(() -> DualConfig.of(json("{\"model_type\": \"llava\"}")))
                .isInstanceOf(UnsupportedModelException.class);
        assertThatThrownBy(() -> DualConfig.of(
                        json("{\"model_type\": \"siglip\", \"vision_config\": {\"vision_use_head\": false}}")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("vision_use_head");
        assertThatThrownBy(() -> ClipTextConfig.ofClip(json("{\"hidden_act\": \"swiglu\"}")))
                .isInstanceOf(UnsupportedModelException.class);
        assertThatThrownBy(() -> ClipTextConfig.ofClip(json("{\"num_attention_heads\": 7}")))
                .isInstanceOf(ModelFilesException.class);
    }
}
