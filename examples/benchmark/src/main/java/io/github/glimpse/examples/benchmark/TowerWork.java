package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.nn.RowPadding;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a vision tower has to do, counted from its sizes. A product and an addition are two operations. Rows are those that the
 * engine multiplies: padded by {@link RowPadding}.
 *
 * @param blocks blocks that run
 * @param fullBlocks of them, from 0, those in which every row looks at every row
 * @param width heads times their width
 * @param blockParameters weights of the products of one block
 * @param embeddingParameters weights of the product that makes rows of pixels
 * @param mergerParameters weights of the products that make a token's row for the decoder
 * @param patchesPerToken patches that become one token
 * @param leadRows rows besides those of patches: 1 with a class row
 * @param windowTokens tokens on a side of a window, for blocks that have windows
 */
record TowerWork(
        int blocks,
        Set<Integer> fullBlocks,
        int width,
        long blockParameters,
        long embeddingParameters,
        long mergerParameters,
        int patchesPerToken,
        int leadRows,
        int windowTokens) {

    private static final int COLOURS = 3;

    /** The sizes that {@code config.json} of Qwen2.5-VL or LLaVA-1.5 tells. */
    static TowerWork of(JsonNode config) {
        return config.at("/vision_config/fullatt_block_indexes").isArray() ? qwen(config) : llava(config);
    }

    private static TowerWork qwen(JsonNode config) {
        JsonNode vision = config.get("vision_config");
        int width = number(vision, "hidden_size");
        int merge = number(vision, "spatial_merge_size");
        int patch = number(vision, "patch_size");
        long joined = (long) width * merge * merge;
        return new TowerWork(
                number(vision, "depth"),
                full(vision.get("fullatt_block_indexes")),
                width,
                // query, key, value, output; gate, up, down
                4L * width * width + 3L * width * number(vision, "intermediate_size"),
                (long) COLOURS * number(vision, "temporal_patch_size") * patch * patch * width,
                joined * joined + joined * number(vision, "out_hidden_size"),
                merge * merge,
                0,
                number(vision, "window_size") / patch / merge);
    }

    private static TowerWork llava(JsonNode config) {
        JsonNode vision = config.get("vision_config");
        int width = number(vision, "hidden_size");
        int patch = number(vision, "patch_size");
        int depth = number(vision, "num_hidden_layers");
        int layer = config.path("vision_feature_layer").asInt(-2);
        int blocks = layer < 0 ? depth + 1 + layer : layer;
        JsonNode text = config.path("text_config");
        long hidden = text.path("hidden_size").asInt(4096);
        return new TowerWork(
                blocks,
                IntStream.range(0, blocks).boxed().collect(Collectors.toSet()),
                width,
                4L * width * width + 2L * width * number(vision, "intermediate_size"),
                (long) COLOURS * patch * patch * width,
                width * hidden + hidden * hidden,
                1,
                1,
                0);
    }

    private static Set<Integer> full(JsonNode blocks) {
        return IntStream.range(0, blocks.size())
                .mapToObj(i -> blocks.get(i).intValue())
                .collect(Collectors.toSet());
    }

    private static int number(JsonNode json, String key) {
        JsonNode value = json.get(key);
        if (value == null || !value.isInt()) {
            throw new IllegalArgumentException("config.json: vision_config has no number '" + key + "'");
        }
        return value.intValue();
    }

    /**
     * The operations for one picture.
     *
     * @param kept the tokens that go through the tower, in raster order of the grid
     */
    double operations(ImageGrid grid, int[] kept) {
        return operations(grid, kept, Map.of());
    }

    /**
     * The operations for one picture of which the tower loses tokens on the way.
     *
     * @param kept the tokens that enter, in raster order of the grid
     * @param cuts by number of blocks that have run, the tokens with which the tower goes on
     */
    double operations(ImageGrid grid, int[] kept, Map<Integer, int[]> cuts) {
        int[] alive = kept;
        double operations = 2.0 * rows(alive) * embeddingParameters;
        for (int block = 0; block < blocks; block++) {
            alive = cuts.getOrDefault(block, alive);
            double patches = (double) alive.length * patchesPerToken + leadRows;
            double pairs = fullBlocks.contains(block)
                    ? patches * patches
                    : tokenPairsInWindows(grid, alive) * patchesPerToken * patchesPerToken;
            // a row with each key, and each share with a value
            operations += 2.0 * rows(alive) * blockParameters + 4.0 * width * pairs;
        }
        return operations + 2.0 * RowPadding.rowsAtOnce(alive.length) * mergerParameters;
    }

    private int rows(int[] tokens) {
        return RowPadding.rowsAtOnce(tokens.length * patchesPerToken + leadRows);
    }

    /** Pairs of tokens that lie in the same window, each with itself too. */
    double tokenPairsInWindows(ImageGrid grid, int[] kept) {
        if (windowTokens == 0) {
            return 0;
        }
        int across = (grid.columns() + windowTokens - 1) / windowTokens;
        return Arrays.stream(kept)
                .mapToObj(
                        token -> token / grid.columns() / windowTokens * across + token % grid.columns() / windowTokens)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .values()
                .stream()
                .mapToDouble(tokens -> (double) tokens * tokens)
                .sum();
    }
}
