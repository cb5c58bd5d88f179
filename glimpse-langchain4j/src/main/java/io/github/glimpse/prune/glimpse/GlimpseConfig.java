package io.github.glimpse.prune.glimpse;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.Activation;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenBudget;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The module's {@code config.json}. It holds the base model's numbers too, by which a wrong pair is found.
 *
 * @param modelType {@code model_type}
 * @param hidden {@code hidden_size} of the base
 * @param layers {@code num_hidden_layers} of the base
 * @param heads {@code num_attention_heads} of the base
 * @param normEps {@code rms_norm_eps} of the base, also of the glimpse vectors' RMS norm; {@code le_norm_eps} for a base with
 *     cross-attention
 * @param selectedLayers decoder layers whose attention is read, in the order of the columns
 * @param reduceLayer the last layer that sees all tokens
 * @param scoreForm what is read of the attention
 * @param glimpseLayers layers that have glimpse vectors
 * @param glimpseLength glimpse tokens
 * @param layerNorm whether the vectors' norm is a layer norm
 * @param fuserType class of the predictor
 * @param fuseSize its width
 * @param conditionSize width of the projected vision features
 * @param fuseHeads its heads
 * @param activation of its MLP
 * @param fuseGlobal whether tokens see their whole image rather than their window
 * @param selectedVisualLayers tower layers, one per predictor layer
 * @param deepSupervision whether each predictor layer has a head
 * @param bounds {@code reduce_threshold}, {@code max_remain_ratio}, {@code min_remain_num} (0 for null), {@code anchor_positions}
 */
record GlimpseConfig(
        String modelType,
        int hidden,
        int layers,
        int heads,
        double normEps,
        List<Integer> selectedLayers,
        int reduceLayer,
        ScoreForm scoreForm,
        List<Integer> glimpseLayers,
        int glimpseLength,
        boolean layerNorm,
        FuserType fuserType,
        int fuseSize,
        int conditionSize,
        int fuseHeads,
        Activation activation,
        boolean fuseGlobal,
        List<Integer> selectedVisualLayers,
        boolean deepSupervision,
        TokenBounds bounds) {

    private static final double LAYER_NORM_EPS = 1e-5;
    // The defaults of the reference's configuration classes.
    private static final int DEFAULT_SIZE = 256;
    private static final int DEFAULT_HEADS = 4;
    private static final int NO_REDUCTION = 1_000;
    private static final int MOST_GLIMPSE_TOKENS = 64;
    private static final int MOST_WIDTH = 1 << 16;
    private static final int CROSS_LAYERS = 12;
    private static final double CROSS_NORM_EPS = 1e-6;

    /**
     * Reads a module's configuration.
     *
     * @param base the model's, from which LLaVA takes one flag
     */
    static GlimpseConfig of(ModelConfig json, ModelConfig base) {
        // A module for cross-attention need not repeat the base's numbers.
        boolean cross = hasCrossAttention(base);
        String type = cross ? json.string("model_type", "blip") : json.string("model_type");
        boolean llava = type.startsWith("llava");
        if (json.bool("use_ref_masks", false) || json.bool("use_zero_masks", false)) {
            throw new ModelFilesException(
                    "The glimpse module's config.json switches on use_ref_masks or use_zero_masks,"
                            + " which are for debugging the reference; set them to false");
        }
        return new GlimpseConfig(
                type,
                json.integer("hidden_size"),
                cross
                        ? json.integer(
                                "num_hidden_layers",
                                base.at("text_config").positiveInteger("num_hidden_layers", CROSS_LAYERS))
                        : json.integer("num_hidden_layers"),
                json.integer("num_attention_heads"),
                cross
                        ? json.number("le_norm_eps", CROSS_NORM_EPS, NumberRange.EPSILON)
                        : json.number("rms_norm_eps", NumberRange.EPSILON),
                json.integers("selected_layers", llava ? List.of(21) : List.of()),
                json.integer("reduce_layer", llava ? 21 : NO_REDUCTION),
                // LLaVA's attention layers read the flag from the config that they were built with: the base's, which
                // released models leave out. Spec, trap T3.
                (llava ? base : json).bool("use_attention_logits", cross) ? ScoreForm.LOGITS : ScoreForm.LOG_SOFTMAX,
                json.integers("le_layers", List.of(0)),
                glimpseLength(json),
                !llava && layerNorm(json),
                FuserType.of(json.string("attn_fuse_type", "AttnFuserV1")),
                width(json, "attn_fuse_size"),
                width(json, "visual_cond_size"),
                json.positiveInteger("attn_fuse_num_heads", DEFAULT_HEADS),
                activation(json),
                llava || json.bool("attn_fuse_global", false),
                json.integers("selected_visual_layers", llava ? List.of(23, 17, 11, 5) : List.of(8)),
                json.bool("deep_supervision", true),
                new TokenBounds(null, threshold(json), maxRetentionRatio(json), minTokens(json), anchors(json)));
    }

    /** Whether the base's text attends to the image by cross-attention. */
    static boolean hasCrossAttention(ModelConfig base) {
        return base.string("model_type", "").equals("blip");
    }

    private static int width(ModelConfig json, String key) {
        int width = json.positiveInteger(key, DEFAULT_SIZE);
        if (width > MOST_WIDTH) {
            throw json.problem(key, "1 to " + MOST_WIDTH);
        }
        return width;
    }

    private static boolean layerNorm(ModelConfig json) {
        String norm = json.string("le_norm_type", "rmsnorm");
        return switch (norm) {
            case "rmsnorm" -> false;
            case "layernorm" -> true;
            default ->
                throw new ModelFilesException(
                        "le_norm_type of the glimpse module is '" + norm + "'; rmsnorm and layernorm are known");
        };
    }

    private static Activation activation(ModelConfig json) {
        String name = json.string("attn_fuse_hidden_act", "silu");
        return Activation.of(name)
                .orElseThrow(() -> json.problem("attn_fuse_hidden_act", "one of " + Activation.known()));
    }

    private static int glimpseLength(ModelConfig json) {
        int length = json.integer("le_length", 1);
        if (length < 0 || length > MOST_GLIMPSE_TOKENS) {
            throw json.problem("le_length", "0 to " + MOST_GLIMPSE_TOKENS);
        }
        return length;
    }

    private static double threshold(ModelConfig json) {
        return json.number("reduce_threshold", TokenBudget.DEFAULT_THRESHOLD, NumberRange.SHARE);
    }

    private static @Nullable Double maxRetentionRatio(ModelConfig json) {
        if (!json.has("max_remain_ratio")) {
            return null;
        }
        double ratio = json.number("max_remain_ratio");
        if (!(ratio >= 0)) {
            throw json.problem("max_remain_ratio", "a number of at least 0, or null");
        }
        return ratio;
    }

    private static int minTokens(ModelConfig json) {
        if (json.isNull("min_remain_num")) {
            return 0;
        }
        int least = json.integer("min_remain_num", TokenBudget.DEFAULT_MIN_TOKENS);
        if (least < 0) {
            throw json.problem("min_remain_num", "a whole number of at least 0, or null");
        }
        return least;
    }

    private static Set<Anchor> anchors(ModelConfig json) {
        Set<Anchor> anchors = new LinkedHashSet<>();
        for (String name : json.strings("anchor_positions", List.of())) {
            try {
                anchors.add(Anchor.of(name));
            } catch (IllegalArgumentException e) {
                throw json.problem("anchor_positions", "a list of tl, tr, bl and br");
            }
        }
        return anchors;
    }

    /** Width of queries and keys of the predictor: rows and conditions side by side. */
    int queryWidth() {
        return fuserType == FuserType.V1 ? fuseSize + conditionSize : fuseSize;
    }

    /** Width of one head of queries and keys. */
    int queryDim() {
        return queryWidth() / fuseHeads;
    }

    double glimpseNormEps() {
        return layerNorm ? LAYER_NORM_EPS : normEps;
    }

    /** Checks what shapes alone do not show. */
    void checkLayers() {
        if (selectedLayers.isEmpty()) {
            throw new ModelFilesException("The glimpse module's config.json selects no layer (selected_layers)");
        }
        for (int layer : selectedLayers) {
            if (layer < 0 || layer > reduceLayer || layer >= layers) {
                throw new ModelFilesException("The glimpse module's config.json selects layer " + layer
                        + " (selected_layers), but reduce_layer is " + reduceLayer + " and num_hidden_layers " + layers
                        + "; take the file that belongs to the weights");
            }
        }
        for (int layer : glimpseLayers) {
            if (layer < 0 || layer >= layers) {
                throw new ModelFilesException("The glimpse module has a vector for layer " + layer
                        + " (le_layers), but num_hidden_layers is " + layers);
            }
        }
        if (Set.copyOf(glimpseLayers).size() < glimpseLayers.size()) {
            throw new ModelFilesException("The glimpse module has two vectors for one layer (le_layers " + glimpseLayers
                    + "); name each layer once");
        }
        if (glimpseLength > 0 && !glimpseLayers.isEmpty() && !glimpseLayers.contains(0)) {
            throw new ModelFilesException("The glimpse module's le_layers must contain 0");
        }
        if (fuserType != FuserType.DUMMY && selectedVisualLayers.isEmpty()) {
            throw new ModelFilesException(
                    "The glimpse predictor has no layer: selected_visual_layers, which has an entry"
                            + " for each, is empty; use the config.json that belongs to the weights");
        }
        if (fuserType != FuserType.DUMMY
                && (queryWidth() % fuseHeads != 0 || queryDim() % 4 != 0 || fuseSize % fuseHeads != 0)) {
            throw new ModelFilesException("The glimpse module's config.json: the predictor's width " + queryWidth()
                    + " does not split into " + fuseHeads
                    + " heads of a multiple of 4 (attn_fuse_size, visual_cond_size, attn_fuse_num_heads)");
        }
    }

    /** Checks what only a base whose text attends to the image by cross-attention wants. */
    void checkCrossAttention() {
        if (reduceLayer > layers - 2) {
            throw new ModelFilesException("The glimpse module cuts after layer " + reduceLayer
                    + " (reduce_layer), but of "
                    + layers + " layers that look at the image the cut has to leave one: at most " + (layers - 2)
                    + "; use the module of this model, or mend reduce_layer");
        }
        if (scoreForm != ScoreForm.LOGITS) {
            throw new ModelFilesException(
                    "The glimpse module's use_attention_logits is false, but cross-attention gives"
                            + " logits alone; use a module that was trained with true");
        }
    }
}
