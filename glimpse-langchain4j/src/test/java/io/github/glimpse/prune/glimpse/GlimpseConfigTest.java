package io.github.glimpse.prune.glimpse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlimpseConfigTest {

    private static final String BASE =
            "\"hidden_size\":64,\"num_hidden_layers\":6,\"num_attention_heads\":4,\"rms_norm_eps\":1e-5";

    @Test
    void qwenReadsTheScoreFormFromTheModule() {
        assertThat(config("qwen2_5_vl_gp", ",\"use_attention_logits\":true", "{}")
                        .scoreForm())
                .isEqualTo(ScoreForm.LOGITS);
        assertThat(config("qwen2_5_vl_gp", "", "{\"use_attention_logits\":true}")
                        .scoreForm())
                .isEqualTo(ScoreForm.LOG_SOFTMAX);
    }

    @Test
    void llavaReadsTheScoreFormFromTheBase() {
        assertThat(config("llava_llama_gp", ",\"use_attention_logits\":true", "{}")
                        .scoreForm())
                .isEqualTo(ScoreForm.LOG_SOFTMAX);
        assertThat(config("llava_llama_gp", "", "{\"use_attention_logits\":true}")
                        .scoreForm())
                .isEqualTo(ScoreForm.LOGITS);
    }

    @Test
    void aMissingFloorIsOneAndANullOneIsNone() {
        assertThat(config("qwen2_5_vl_gp", "", "{}").bounds().minTokens()).isEqualTo(1);
        assertThat(config("qwen2_5_vl_gp", ",\"min_remain_num\":null", "{}")
                        .bounds()
                        .minTokens())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"attn_fuse_num_heads\":0",
                "\"attn_fuse_size\":-1",
                "\"attn_fuse_size\":65537",
                "\"visual_cond_size\":2147483644",
                "\"rms_norm_eps\":-1e-6",
                "\"le_length\":65",
                "\"reduce_threshold\":1.5",
                "\"max_remain_ratio\":-0.1",
                "\"min_remain_num\":-1",
                "\"anchor_positions\":[\"middle\"]",
                "\"attn_fuse_hidden_act\":\"mish\"",
                "\"attn_fuse_type\":\"AttnFuserV9\"",
                "\"le_norm_type\":\"batchnorm\"",
                "\"use_zero_masks\":true"
            })
    void aValueThatCannotBeIsNamed(String entry) {
        String key = entry.substring(1, entry.indexOf('"', 1));
        assertThatThrownBy(() -> config("qwen2_5_vl_gp", "," + entry, "{}"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(key);
    }

    private static GlimpseConfig config(String type, String more, String base) {
        return GlimpseConfig.of(
                ModelConfig.ofJson("config.json", "{\"model_type\":\"" + type + "\"," + BASE + more + "}"),
                ModelConfig.ofJson("config.json", base));
    }
}
