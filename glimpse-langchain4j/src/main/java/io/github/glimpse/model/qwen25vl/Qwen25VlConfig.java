package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.VideoSlices;
import io.github.glimpse.nn.DecoderShape;
import io.github.glimpse.nn.ModelDimensions;
import java.util.List;
import java.util.Set;

/**
 * {@code config.json} of a Qwen2.5-VL folder, in the flat form of the released files and in the nested one
 * ({@code text_config}) of newer releases.
 */
record Qwen25VlConfig(
        ModelDimensions dimensions,
        DecoderShape decoder,
        Vision vision,
        int imageToken,
        int videoToken,
        int contextLength) {

    // The reference's defaults: some of its releases leave out what equals them, above all in vision_config.
    private static final int IMAGE_TOKEN = 151_655;
    private static final int VIDEO_TOKEN = 151_656;
    private static final int DEPTH = 32;
    private static final int VISION_HIDDEN = 3_584;
    private static final int VISION_HEADS = 16;
    private static final int VISION_INTERMEDIATE = 3_420;
    private static final int OUT_HIDDEN = 3_584;
    private static final int WINDOW_SIZE = 112;
    private static final List<Integer> FULL_ATTENTION = List.of(7, 15, 23, 31);
    private static final double TOKENS_PER_SECOND = 4;
    private static final double VISION_THETA = 10_000;
    private static final double TEXT_THETA = 1_000_000;
    private static final double TEXT_EPS = 1e-5;
    private static final int CONTEXT_LENGTH = 32_768;

    /** The vision tower's numbers; windows are counted in tokens. */
    record Vision(
            int depth,
            int hidden,
            int heads,
            int intermediate,
            int outHidden,
            int patchSize,
            int temporalPatchSize,
            int mergeSize,
            int channels,
            int windowTokens,
            Set<Integer> fullAttentionBlocks,
            double ropeTheta,
            double tokensPerSecond) {

        /** Checks that pictures or frames are cut as the tower wants them. */
        void check(NativeSettings settings) {
            settings.checkFits(patchSize, temporalPatchSize, mergeSize, channels);
        }

        /** Positions from one slice of a video to the next. */
        double positionsOfSlice(VideoSlices slices) {
            return tokensPerSecond * slices.secondsPerSlice();
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

        boolean isFullAttention(int block) {
            return fullAttentionBlocks.contains(block);
        }
    }

    static Qwen25VlConfig of(ModelConfig root) {
        ModelConfig text = root.has("text_config") ? root.at("text_config") : root;
        Vision vision = vision(root.at("vision_config"));
        int hidden = text.positiveInteger("hidden_size");
        int heads = text.positiveInteger("num_attention_heads");
        if (text.bool("use_sliding_window", false)) {
            throw new UnsupportedModelException(
                    "config.json switches on use_sliding_window, which this release does not compute; use another model");
        }
        if (!text.string("hidden_act", "silu").equals("silu")) {
            throw new UnsupportedModelException("config.json: hidden_act is '" + text.string("hidden_act")
                    + "', Qwen2.5-VL has silu; use another model");
        }
        if (vision.outHidden() != hidden) {
            throw new ModelFilesException("config.json: vision_config.out_hidden_size is " + vision.outHidden()
                    + ", but hidden_size is " + hidden);
        }
        ModelDimensions dimensions = new ModelDimensions(
                text.positiveInteger("num_hidden_layers"),
                hidden,
                heads,
                text.positiveInteger("num_key_value_heads", heads),
                text.positiveInteger("head_dim", hidden / heads),
                text.number("rms_norm_eps", TEXT_EPS),
                vision.hidden(),
                vision.depth());
        DecoderShape decoder = new DecoderShape(
                text.positiveInteger("vocab_size"),
                text.positiveInteger("intermediate_size"),
                theta(text),
                sections(text, dimensions.headDim()),
                root.has("tie_word_embeddings")
                        ? root.bool("tie_word_embeddings", false)
                        : text.bool("tie_word_embeddings", false));
        return new Qwen25VlConfig(
                dimensions,
                decoder,
                vision,
                root.integer("image_token_id", IMAGE_TOKEN),
                root.integer("video_token_id", VIDEO_TOKEN),
                text.positiveInteger("max_position_embeddings", CONTEXT_LENGTH));
    }

    private static double theta(ModelConfig text) {
        ModelConfig scaling = scaling(text);
        return scaling.has("rope_theta") ? scaling.number("rope_theta") : text.number("rope_theta", TEXT_THETA);
    }

    // "rope_parameters" is the name of newer releases.
    private static ModelConfig scaling(ModelConfig text) {
        return text.at(text.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    }

    private static int[] sections(ModelConfig text, int headDim) {
        ModelConfig scaling = scaling(text);
        String type = scaling.string("rope_type", scaling.string("type", "default"));
        if (!type.equals("default") && !type.equals("mrope")) {
            throw new UnsupportedModelException(
                    "config.json asks for rope scaling of type '" + type + "'; default and mrope are known");
        }
        List<Integer> sections = scaling.integers("mrope_section");
        if (sections.size() != 3
                || sections.stream().mapToInt(Integer::intValue).sum() != headDim / 2) {
            throw new ModelFilesException("config.json: mrope_section is " + sections + ", three numbers with the sum "
                    + headDim / 2 + " are needed (half of the head's width)");
        }
        return sections.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Vision vision(ModelConfig json) {
        String activation = json.string("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw new UnsupportedModelException(
                    "config.json: vision_config.hidden_act is '" + activation + "', silu is known");
        }
        int hidden = json.positiveInteger("hidden_size", VISION_HIDDEN);
        int heads = json.positiveInteger("num_heads", VISION_HEADS);
        if (hidden % heads != 0 || hidden / heads % 4 != 0) {
            throw json.problem(
                    "num_heads", "a divisor of hidden_size " + hidden + " that leaves heads of a multiple of 4");
        }
        int patchSize = json.positiveInteger("patch_size", 14);
        int mergeSize = json.positiveInteger("spatial_merge_size", 2);
        return new Vision(
                json.positiveInteger("depth", DEPTH),
                hidden,
                heads,
                json.positiveInteger("intermediate_size", VISION_INTERMEDIATE),
                json.positiveInteger("out_hidden_size", OUT_HIDDEN),
                patchSize,
                json.positiveInteger("temporal_patch_size", 2),
                mergeSize,
                json.positiveInteger("in_channels", json.positiveInteger("in_chans", 3)),
                windowTokens(json, mergeSize, patchSize),
                Set.copyOf(json.integers("fullatt_block_indexes", FULL_ATTENTION)),
                visionTheta(json),
                json.number("tokens_per_second", TOKENS_PER_SECOND));
    }

    // Newer releases write it; older ones have it in their code.
    private static double visionTheta(ModelConfig json) {
        return json.has("rope_parameters")
                ? json.at("rope_parameters").number("rope_theta", VISION_THETA)
                : VISION_THETA;
    }

    private static int windowTokens(ModelConfig json, int mergeSize, int patchSize) {
        int tokens = json.positiveInteger("window_size", WINDOW_SIZE) / mergeSize / patchSize;
        if (tokens < 1) {
            throw json.problem("window_size", "at least " + (long) mergeSize * patchSize + " pixels, one token");
        }
        return tokens;
    }
}
