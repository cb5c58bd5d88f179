package io.github.glimpse.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.ModelDimensions;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The shape of a new glimpse module, by the fields of its {@code config.json}.
 *
 * @param reduceLayer the last decoder layer that sees all image tokens, 0-based; its attention is read
 * @param attentionLogits whether raw scores are read, rather than the logarithm of their softmax. LLaVA's modules follow their
 *     base model instead, which says no
 * @param glimpseLayers decoder layers with a glimpse vector; must contain 0
 * @param glimpseLength glimpse tokens
 * @param width of the predictor
 * @param conditionWidth of the projected vision features
 * @param heads of the predictor
 * @param wholeImage whether the predictor's tokens see their whole image rather than their window
 * @param visionLayers tower layers that it reads, one per predictor layer
 * @param deepSupervision whether every predictor layer is trained against the mask, rather than the last alone
 */
public record GlimpseModuleDesign(
        int reduceLayer,
        boolean attentionLogits,
        List<Integer> glimpseLayers,
        int glimpseLength,
        int width,
        int conditionWidth,
        int heads,
        boolean wholeImage,
        List<Integer> visionLayers,
        boolean deepSupervision) {

    // 18 of 28, 23 of 36, 21 of 32 and 26 of 40 layers in the published recipes.
    private static final double REDUCE_AT = 0.65;
    private static final int DEPTH = 4;
    private static final int WIDTH = 256;
    private static final int CONDITION_WIDTH = 512;
    private static final int HEADS = 4;

    /** Copies the lists. */
    public GlimpseModuleDesign {
        glimpseLayers = List.copyOf(glimpseLayers);
        visionLayers = List.copyOf(visionLayers);
    }

    /** The published recipe, scaled to a model: cut after two thirds of the layers, a vector for every layer, four tower layers. */
    public static GlimpseModuleDesign recipe(ModelDimensions model) {
        int depth = Math.min(DEPTH, model.visionLayers());
        List<Integer> taps = IntStream.range(0, depth)
                .map(i -> model.visionLayers() * (depth - i) / depth - 1)
                .boxed()
                .toList();
        return new GlimpseModuleDesign(
                (int) Math.min(model.layers() - 1, Math.round(model.layers() * REDUCE_AT)),
                true,
                IntStream.range(0, model.layers()).boxed().toList(),
                1,
                WIDTH,
                CONDITION_WIDTH,
                HEADS,
                true,
                taps,
                false);
    }

    /** The same design, cut after another layer. */
    public GlimpseModuleDesign withReduceLayer(int layer) {
        return new GlimpseModuleDesign(
                layer,
                attentionLogits,
                glimpseLayers,
                glimpseLength,
                width,
                conditionWidth,
                heads,
                wholeImage,
                visionLayers,
                deepSupervision);
    }

    /** The same design with a predictor of another size. */
    public GlimpseModuleDesign withPredictor(
            int newWidth, int newConditionWidth, int newHeads, List<Integer> newVisionLayers) {
        return new GlimpseModuleDesign(
                reduceLayer,
                attentionLogits,
                glimpseLayers,
                glimpseLength,
                newWidth,
                newConditionWidth,
                newHeads,
                wholeImage,
                newVisionLayers,
                deepSupervision);
    }

    /**
     * The module's {@code config.json}: the model's, with the module's fields on top, as released modules have it.
     *
     * @param base the model's {@code config.json}
     */
    ObjectNode json(ModelConfig base, ModelDimensions model) {
        ObjectNode json = base.node().deepCopy();
        json.put("model_type", base.string("model_type") + "_gp");
        json.put("hidden_size", model.hidden());
        json.put("num_hidden_layers", model.layers());
        json.put("num_attention_heads", model.heads());
        json.put("rms_norm_eps", model.normEps());
        numbers(json, "selected_layers", List.of(reduceLayer));
        json.put("reduce_layer", reduceLayer);
        json.put("use_attention_logits", attentionLogits);
        numbers(json, "le_layers", glimpseLayers);
        json.put("le_length", glimpseLength);
        json.put("le_norm_type", "rmsnorm");
        json.put("attn_fuse_type", "AttnFuserV1");
        json.put("attn_fuse_size", width);
        json.put("visual_cond_size", conditionWidth);
        json.put("attn_fuse_num_heads", heads);
        json.put("attn_fuse_hidden_act", "silu");
        json.put("attn_fuse_global", wholeImage);
        numbers(json, "selected_visual_layers", visionLayers);
        json.put("ori_attn_supervision", false);
        json.put("deep_supervision", deepSupervision);
        json.put("reduce_threshold", 0.5);
        json.putNull("max_remain_ratio");
        json.put("min_remain_num", 1);
        json.putArray("anchor_positions");
        json.put("use_ref_masks", false);
        json.put("use_zero_masks", false);
        return json;
    }

    private static void numbers(ObjectNode json, String key, List<Integer> values) {
        JsonNode array = values.stream()
                .reduce(json.arrayNode(), com.fasterxml.jackson.databind.node.ArrayNode::add, (a, b) -> a);
        json.set(key, array);
    }
}
