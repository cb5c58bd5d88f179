package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import java.util.List;
import java.util.Set;

/** Qwen2.5-VL. */
public final class Qwen25VlFamily implements ModelFamily {

    // The reference's defaults: some of its releases leave out what equals them.
    private static final int DEPTH = 32;
    private static final int HIDDEN = 3_584;
    private static final int HEADS = 16;
    private static final int INTERMEDIATE = 3_420;
    private static final int OUT_HIDDEN = 3_584;
    private static final int WINDOW_SIZE = 112;
    private static final List<Integer> FULL_ATTENTION = List.of(7, 15, 23, 31);
    private static final double TOKENS_PER_SECOND = 4;

    /** For {@link java.util.ServiceLoader}. */
    public Qwen25VlFamily() {}

    @Override
    public String name() {
        return "qwen2.5-vl";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("qwen2_5_vl");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        QwenVision vision = vision(files.config().at("vision_config"));
        return QwenModel.load(name(), vision, new GatedBlocks(), files, options, runtime);
    }

    static QwenVision vision(ModelConfig json) {
        String activation = json.string("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw new UnsupportedModelException(
                    "config.json: vision_config.hidden_act is '" + activation + "', silu is known");
        }
        int hidden = json.positiveInteger("hidden_size", HIDDEN);
        int heads = json.positiveInteger("num_heads", HEADS);
        QwenVision.checkHeads(json, "hidden_size", hidden, heads);
        int patchSize = json.positiveInteger("patch_size", 14);
        int mergeSize = json.positiveInteger("spatial_merge_size", 2);
        return new QwenVision(
                json.positiveInteger("depth", DEPTH),
                hidden,
                heads,
                json.positiveInteger("intermediate_size", INTERMEDIATE),
                json.positiveInteger("out_hidden_size", OUT_HIDDEN),
                patchSize,
                json.positiveInteger("temporal_patch_size", 2),
                mergeSize,
                json.positiveInteger("in_channels", json.positiveInteger("in_chans", 3)),
                windowTokens(json, mergeSize, patchSize),
                Set.copyOf(json.integers("fullatt_block_indexes", FULL_ATTENTION)),
                QwenVision.theta(json),
                json.number("tokens_per_second", TOKENS_PER_SECOND, NumberRange.RATE));
    }

    private static int windowTokens(ModelConfig json, int mergeSize, int patchSize) {
        int tokens = json.positiveInteger("window_size", WINDOW_SIZE) / mergeSize / patchSize;
        if (tokens < 1) {
            throw json.problem("window_size", "at least " + (long) mergeSize * patchSize + " pixels, one token");
        }
        return tokens;
    }
}
