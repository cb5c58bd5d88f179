package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.image.ImageGrid;

/**
 * What a glimpse module's predictor has to do, counted from its sizes. A product and an addition are two operations; its rows
 * are not padded.
 *
 * @param coarseLayers layers of the decoder that run before it chooses
 * @param layers layers of the predictor
 * @param queryWidth width of its queries and keys
 * @param valueWidth width of its values
 * @param tokenParameters weights of the products that each image token goes through
 * @param global whether tokens see their whole picture rather than their window
 */
record ModuleWork(int coarseLayers, int layers, int queryWidth, int valueWidth, long tokenParameters, boolean global) {

    /**
     * The sizes that the module's {@code config.json} tells.
     *
     * @param config of the model
     */
    static ModuleWork of(JsonNode module, JsonNode config) {
        long width = number(module, "attn_fuse_size");
        int layers = module.path("selected_visual_layers").size();
        boolean conditioned = module.path("attn_fuse_type").asText().equals("AttnFuserV1");
        long condition = conditioned ? number(module, "visual_cond_size") : 0;
        long query = width + condition;
        long columns = (long) module.path("selected_layers").size() * number(module, "num_attention_heads");
        // the condition; query, key; value, output; gate, up, down, twice as wide
        long layer = condition * number(config.path("vision_config"), "hidden_size")
                + 2 * query * query
                + 2 * width * width
                + 6 * width * width;
        long heads = module.path("deep_supervision").asBoolean(true) ? layers : 1;
        int decoderLayers = number(module, "num_hidden_layers");
        return new ModuleWork(
                Math.min(number(module, "reduce_layer") + 1, decoderLayers),
                layers,
                Math.toIntExact(query),
                Math.toIntExact(width),
                columns * width + layers * layer + heads * width,
                module.path("model_type").asText().startsWith("llava")
                        || module.path("attn_fuse_global").asBoolean(false));
    }

    private static int number(JsonNode json, String key) {
        JsonNode value = json.get(key);
        if (value == null || !value.isInt()) {
            throw new IllegalArgumentException("config.json of the glimpse module or its model has no number '" + key
                    + "'; schedules are counted for modules that name all their sizes");
        }
        return value.intValue();
    }

    /**
     * The operations for one picture.
     *
     * @param tower whose windows count if tokens see no more than those
     * @param alive the tokens that are looked at, in raster order of the grid
     */
    double operations(TowerWork tower, ImageGrid grid, int[] alive) {
        double pairs = global ? (double) alive.length * alive.length : tower.tokenPairsInWindows(grid, alive);
        return 2.0 * tokenParameters * alive.length + 2.0 * (queryWidth + valueWidth) * layers * pairs;
    }
}
