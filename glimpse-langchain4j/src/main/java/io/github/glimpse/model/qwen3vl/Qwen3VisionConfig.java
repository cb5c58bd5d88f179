package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import java.util.List;

/**
 * {@code vision_config} of a {@code config.json}: the numbers of the vision tower of Qwen3-VL.
 *
 * @param depth blocks
 * @param hidden width of a patch's row
 * @param heads of attention
 * @param intermediate width of the MLP
 * @param outHidden width of the rows that the decoder takes
 * @param patchSize side of a patch in pixels
 * @param temporalPatchSize frames of a slice
 * @param mergeSize patches along a side of an image token
 * @param channels colours
 * @param tableSide rows and columns of the learned position table
 * @param deepstackBlocks blocks, rising, behind each of which rows for one layer of the decoder are made; none in Qwen3.5
 * @param ropeTheta base of the rotary frequencies
 */
public record Qwen3VisionConfig(
        int depth,
        int hidden,
        int heads,
        int intermediate,
        int outHidden,
        int patchSize,
        int temporalPatchSize,
        int mergeSize,
        int channels,
        int tableSide,
        List<Integer> deepstackBlocks,
        double ropeTheta) {

    // The reference's defaults.
    private static final int DEPTH = 27;
    private static final int HIDDEN = 1_152;
    private static final int HEADS = 16;
    private static final int INTERMEDIATE = 4_304;
    private static final int OUT_HIDDEN = 3_584;
    private static final int PATCH_SIZE = 16;
    private static final int TABLE_ROWS = 2_304;
    private static final List<Integer> DEEPSTACK = List.of(8, 16, 24);
    private static final double THETA = 10_000;

    /** Copies the list. */
    public Qwen3VisionConfig {
        deepstackBlocks = List.copyOf(deepstackBlocks);
    }

    /**
     * Reads it.
     *
     * @param root {@code config.json}
     * @param hasDeepstack whether the family has deepstack rows
     * @throws io.github.glimpse.GlimpseException if a value does not do
     */
    public static Qwen3VisionConfig of(ModelConfig root, boolean hasDeepstack) {
        ModelConfig json = root.at("vision_config");
        String activation = json.string("hidden_act", "gelu_pytorch_tanh");
        if (!activation.equals("gelu_pytorch_tanh")) {
            throw new UnsupportedModelException("config.json: vision_config.hidden_act is '" + activation
                    + "', gelu_pytorch_tanh is known; use another model");
        }
        int hidden = json.positiveInteger("hidden_size", HIDDEN);
        int heads = json.positiveInteger("num_heads", HEADS);
        if (hidden % heads != 0 || hidden / heads % 4 != 0) {
            throw json.problem(
                    "num_heads", "a divisor of hidden_size " + hidden + " that leaves heads of a multiple of 4");
        }
        int tableRows = json.positiveInteger("num_position_embeddings", TABLE_ROWS);
        int side = (int) Math.sqrt(tableRows);
        if (side * side != tableRows) {
            throw json.problem("num_position_embeddings", "a square number, rows times columns of the table");
        }
        int depth = json.positiveInteger("depth", DEPTH);
        return new Qwen3VisionConfig(
                depth,
                hidden,
                heads,
                json.positiveInteger("intermediate_size", INTERMEDIATE),
                json.positiveInteger("out_hidden_size", OUT_HIDDEN),
                json.positiveInteger("patch_size", PATCH_SIZE),
                json.positiveInteger("temporal_patch_size", 2),
                json.positiveInteger("spatial_merge_size", 2),
                json.positiveInteger("in_channels", 3),
                side,
                hasDeepstack ? deepstack(json, depth) : List.of(),
                json.has("rope_parameters")
                        ? json.at("rope_parameters").number("rope_theta", THETA, NumberRange.ROPE_BASE)
                        : THETA);
    }

    private static List<Integer> deepstack(ModelConfig json, int depth) {
        List<Integer> blocks = json.integers("deepstack_visual_indexes", DEEPSTACK);
        for (int i = 0; i < blocks.size(); i++) {
            int least = i == 0 ? 0 : blocks.get(i - 1) + 1;
            if (blocks.get(i) < least || blocks.get(i) >= depth) {
                throw json.problem("deepstack_visual_indexes", "rising numbers of blocks, 0 to " + (depth - 1));
            }
        }
        return blocks;
    }

    /**
     * Checks that the tower's rows fit the decoder.
     *
     * @throws ModelFilesException if they do not
     */
    public void checkFits(int decoderHidden, int decoderLayers) {
        if (outHidden != decoderHidden) {
            throw new ModelFilesException("config.json: vision_config.out_hidden_size is " + outHidden
                    + ", but hidden_size is " + decoderHidden + "; take the file of the model's repository again");
        }
        if (deepstackBlocks.size() > decoderLayers) {
            throw new ModelFilesException("config.json: deepstack_visual_indexes has " + deepstackBlocks.size()
                    + " entries, one for each of the first layers, but num_hidden_layers is " + decoderLayers
                    + "; take the file of the model's repository again");
        }
    }

    int headDim() {
        return hidden / heads;
    }

    int patchValues() {
        return channels * temporalPatchSize * patchSize * patchSize;
    }

    int patchesPerToken() {
        return mergeSize * mergeSize;
    }
}
