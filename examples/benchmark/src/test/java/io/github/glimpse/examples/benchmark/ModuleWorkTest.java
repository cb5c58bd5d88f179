package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.image.ImageGrid;
import java.io.IOException;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A predictor's operations, against examples counted by hand. */
class ModuleWorkTest {

    private static final String MODULE = """
            {"model_type": "qwen2_5_vl_gp", "attn_fuse_type": "AttnFuserV1", "attn_fuse_size": 10, "visual_cond_size": 6,
             "selected_layers": [3], "selected_visual_layers": [2, 0], "num_attention_heads": 4, "num_hidden_layers": 6,
             "reduce_layer": 3, "deep_supervision": false, "attn_fuse_global": true}
            """;

    @Test
    void readsTheSizes() throws IOException {
        // Of 4 heads 10 values; twice the condition, 6 of 8, queries and keys of 16, values and output of 10, an MLP of
        // 20; one head.
        long parameters = 4 * 10 + 2 * (6 * 8 + 2 * 16 * 16 + 2 * 10 * 10 + 3 * 10 * 20) + 10;

        assertThat(module(MODULE)).isEqualTo(new ModuleWork(4, 2, 16, 10, parameters, true));
    }

    @Test
    void withoutConditionsQueriesAreAsWideAsValues() throws IOException {
        long parameters = 4 * 10 + 2 * (4 * 10 * 10 + 3 * 10 * 20) + 2 * 10;
        String module = MODULE.replace("AttnFuserV1", "AttnFuserV2")
                .replace("\"deep_supervision\": false", "\"deep_supervision\": true");

        assertThat(module(module)).isEqualTo(new ModuleWork(4, 2, 10, 10, parameters, true));
    }

    @Test
    void aModuleBehindTheLastLayerLooksAfterAllOfThem() throws IOException {
        assertThat(module(MODULE.replace("\"reduce_layer\": 3", "\"reduce_layer\": 1000"))
                        .coarseLayers())
                .isEqualTo(6);
    }

    @Test
    void tokensSeeTheirPictureOrTheirWindow() {
        // 6 x 4 tokens in windows of 4 x 4: of tokens 0 to 16 one window has 16, the other 1
        TowerWork tower = new TowerWork(2, Set.of(1), 8, 100, 10, 30, 4, 0, 4);
        ImageGrid grid = new ImageGrid(12, 8, 14, 2);
        int[] alive = IntStream.range(0, 17).toArray();

        assertThat(new ModuleWork(4, 3, 6, 2, 7, true).operations(tower, grid, alive))
                .isEqualTo(2 * 7 * 17 + 2 * (6 + 2) * 3 * 17 * 17);
        assertThat(new ModuleWork(4, 3, 6, 2, 7, false).operations(tower, grid, alive))
                .isEqualTo(2 * 7 * 17 + 2 * (6 + 2) * 3 * (16 * 16 + 1));
    }

    @Test
    void saysWhatTheFolderLacks() {
        assertThatThrownBy(() -> module(MODULE.replace("attn_fuse_size", "size")))
                .hasMessageContaining("no number 'attn_fuse_size'");
    }

    private static ModuleWork module(String json) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        return ModuleWork.of(mapper.readTree(json), mapper.readTree("{\"vision_config\": {\"hidden_size\": 8}}"));
    }
}
