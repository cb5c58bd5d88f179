package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.image.ImageGrid;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A tower's operations, against examples counted by hand. */
class TowerWorkTest {

    private static final String QWEN = """
            {"vision_config": {"depth": 3, "hidden_size": 8, "intermediate_size": 10, "out_hidden_size": 5, "patch_size": 14,
             "temporal_patch_size": 2, "spatial_merge_size": 2, "window_size": 112, "fullatt_block_indexes": [2]}}
            """;
    private static final String LLAVA = """
            {"text_config": {"hidden_size": 6}, "vision_feature_layer": -2,
             "vision_config": {"num_hidden_layers": 3, "hidden_size": 8, "intermediate_size": 10, "patch_size": 14}}
            """;

    // 6 x 4 tokens of 2 x 2 patches; windows are 4 x 4 tokens, so there is one of 16 tokens and one of 8
    private static final ImageGrid GRID = new ImageGrid(12, 8, 14, 2);

    @Test
    void countsAWindowedTower() throws IOException {
        // Weights of a block: 4 * 8 * 8 + 3 * 8 * 10 = 496; of the embedding 3 * 2 * 14 * 14 * 8 = 9,408; of the
        // merger, for
        // rows of 4 * 8: 32 * 32 + 32 * 5 = 1,184. 96 patches are as many rows, 24 tokens are 24.
        double products = 2 * 96 * (9_408 + 3 * 496) + 2 * 24 * 1_184;
        // A window of 16 tokens has 64 patches, one of 8 has 32; in the last block all 96 look at each other.
        double pairs = 2 * (64 * 64 + 32 * 32) + 96 * 96;

        assertThat(tower(QWEN).operations(GRID, tokens(24))).isEqualTo(products + 4 * 8 * pairs);
    }

    @Test
    void tokensThatDoNotEnterCostNothing() throws IOException {
        // Of tokens 0 to 16 the first window has 16 and the second one, 4 patches: 68 are 72 rows, and 17 tokens 24.
        double products = 2 * 72 * (9_408 + 3 * 496) + 2 * 24 * 1_184;
        double pairs = 2 * (64 * 64 + 4 * 4) + 68 * 68;

        assertThat(tower(QWEN).operations(GRID, tokens(17))).isEqualTo(products + 4 * 8 * pairs);
    }

    @Test
    void countsATowerWithAClassRowUpToTheBlockWhoseRowsAreUsed() throws IOException {
        // Of 3 blocks 2 run. 64 patches and the class row are padded to 72 rows; their patches, 64, go through the
        // projector.
        double products = 2 * 72 * (3 * 14 * 14 * 8 + 2 * (4 * 8 * 8 + 2 * 8 * 10)) + 2 * 64 * (8 * 6 + 6 * 6);
        double pairs = 2 * 65 * 65;

        assertThat(tower(LLAVA).operations(new ImageGrid(8, 8, 14, 1), tokens(64)))
                .isEqualTo(products + 4 * 8 * pairs);
    }

    @Test
    void saysWhatAFolderLacks() {
        assertThatThrownBy(() -> tower(LLAVA.replace("patch_size", "patches")))
                .hasMessageContaining("no number 'patch_size'");
    }

    private static TowerWork tower(String json) throws IOException {
        JsonNode config = new ObjectMapper().readTree(json);
        return TowerWork.of(config);
    }

    private static int[] tokens(int count) {
        return IntStream.range(0, count).toArray();
    }
}
