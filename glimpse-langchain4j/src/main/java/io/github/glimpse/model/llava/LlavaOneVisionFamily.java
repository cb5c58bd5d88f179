package io.github.glimpse.model.llava;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;

/** LLaVA-OneVision. */
public final class LlavaOneVisionFamily implements ModelFamily {

    private static final int VIDEO_TOKEN = 151_647;

    /** For {@link java.util.ServiceLoader}. */
    public LlavaOneVisionFamily() {}

    @Override
    public String name() {
        return "llava-onevision";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("llava_onevision");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        LlavaConfig config = LlavaConfig.oneVision(files.config());
        TiledConfig pictures = TiledConfig.oneVision(files, config.vision());
        TiledConfig frames = TiledConfig.oneVisionFrames(files, config.vision());
        int videoToken = videoToken(files.config());
        return LlavaParts.load(
                name(),
                config,
                FamilyFiles.of(files),
                text -> new TiledMedia(
                        MediaPlaceholder.of(config.imageToken()),
                        text.videoToken(videoToken),
                        pictures,
                        frames,
                        config.vision(),
                        true),
                true,
                options,
                runtime);
    }

    // "video_token_id" is the name of newer releases.
    private static int videoToken(ModelConfig config) {
        String key = config.has("video_token_index") ? "video_token_index" : "video_token_id";
        return config.integer(key, VIDEO_TOKEN);
    }
}
