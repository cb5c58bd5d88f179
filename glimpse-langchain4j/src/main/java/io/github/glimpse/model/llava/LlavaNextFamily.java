package io.github.glimpse.model.llava;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;

/** LLaVA-NeXT, also called LLaVA-1.6. */
public final class LlavaNextFamily implements ModelFamily {

    /** For {@link java.util.ServiceLoader}. */
    public LlavaNextFamily() {}

    @Override
    public String name() {
        return "llava-next";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("llava_next");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        LlavaConfig config = LlavaConfig.of(files.config());
        TiledConfig pictures = TiledConfig.next(files, config.vision());
        return LlavaParts.load(
                name(),
                config,
                FamilyFiles.of(files),
                text -> new TiledMedia(
                        MediaPlaceholder.of(config.imageToken()), null, pictures, pictures, config.vision(), false),
                true,
                options,
                runtime);
    }
}
