package io.github.glimpse.model.qwen2vl;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.qwen25vl.QwenModel;
import io.github.glimpse.model.qwen25vl.QwenVision;
import io.github.glimpse.nn.ModelDimensions;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Qwen2-VL: as Qwen2.5-VL, but for a tower that attends to the whole picture in every block, with layer norms and a plain MLP, and for
 * videos of which each slice is one position in time.
 *
 * @see <a href="https://arxiv.org/abs/2409.12191">Qwen2-VL</a>
 */
public final class Qwen2VlFamily implements ModelFamily {

    // The reference's defaults: its releases leave out what equals them.
    private static final int DEPTH = 32;
    private static final int EMBED_DIM = 1_280;
    private static final int HEADS = 16;
    private static final double MLP_RATIO = 4;
    private static final NumberRange MLP_RATIOS = new NumberRange(0.01, 100);
    private static final int OUT_HIDDEN = 3_584;

    /** For {@link java.util.ServiceLoader}. */
    public Qwen2VlFamily() {}

    @Override
    public String name() {
        return "qwen2-vl";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("qwen2_vl");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        QwenVision vision = vision(files.config().at("vision_config"));
        return QwenModel.load(name(), vision, new PlainBlocks(), files, options, runtime);
    }

    /** Here {@code hidden_size} is the language model's width; the tower's own is {@code embed_dim}. */
    static QwenVision vision(ModelConfig json) {
        String activation = json.string("hidden_act", "quick_gelu");
        if (!activation.equals("quick_gelu")) {
            throw new UnsupportedModelException(
                    "config.json: vision_config.hidden_act is '" + activation + "', quick_gelu is known");
        }
        int hidden = json.positiveInteger("embed_dim", EMBED_DIM);
        int heads = json.positiveInteger("num_heads", HEADS);
        QwenVision.checkHeads(json, "embed_dim", hidden, heads);
        int depth = json.positiveInteger("depth", DEPTH);
        if (depth > ModelDimensions.MOST_LAYERS) {
            throw json.problem("depth", "at most " + ModelDimensions.MOST_LAYERS);
        }
        return new QwenVision(
                depth,
                hidden,
                heads,
                (int) (hidden * mlpRatio(json)),
                json.positiveInteger("hidden_size", OUT_HIDDEN),
                json.positiveInteger("patch_size", 14),
                json.positiveInteger("temporal_patch_size", 2),
                json.positiveInteger("spatial_merge_size", 2),
                json.positiveInteger("in_channels", json.positiveInteger("in_chans", 3)),
                Integer.MAX_VALUE,
                IntStream.range(0, depth).boxed().collect(Collectors.toSet()),
                QwenVision.theta(json),
                null);
    }

    private static double mlpRatio(ModelConfig json) {
        return json.number("mlp_ratio", MLP_RATIO, MLP_RATIOS);
    }
}
