package io.github.glimpse.model.llava;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.SinglePictures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.clip.ClipPreprocessor;
import io.github.glimpse.model.clip.ClipPreprocessorConfig;
import io.github.glimpse.text.ChatTemplate;

/** LLaVA-1.5. */
public final class LlavaFamily implements ModelFamily {

    /** The prompt form of the reference, {@code vicuna_v1}, for folders that come without a template. */
    private static final ChatTemplate VICUNA = ChatTemplate.parse(
            "{{ \"A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, "
                    + "detailed, and polite answers to the user's questions.\" }}"
                    + "{%- for m in messages -%}{%- if m.role == 'user' -%}{{ (' ' if loop.first else '') + 'USER: ' }}"
                    + "{%- for p in m.content if p.type == 'image' -%}{{ '<image>\\n' }}{%- endfor -%}"
                    + "{%- for p in m.content if p.type == 'text' -%}{{ p.text }}{%- endfor -%}{{ ' ' }}"
                    + "{%- elif m.role == 'assistant' -%}{{ 'ASSISTANT: ' }}"
                    + "{%- for p in m.content if p.type == 'text' -%}{{ p.text }}{%- endfor -%}{{ '</s>' }}"
                    + "{%- endif -%}{%- endfor -%}{%- if add_generation_prompt -%}{{ 'ASSISTANT:' }}{%- endif -%}");

    /** For {@link java.util.ServiceLoader}. */
    public LlavaFamily() {}

    @Override
    public String name() {
        return "llava";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("llava");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        LlavaConfig config = LlavaConfig.of(files.config());
        ImageAspect aspect = options.aspect() == ImageAspect.AUTO ? ImageAspect.PAD : options.aspect();
        ClipPreprocessor preprocessor = new ClipPreprocessor(
                ClipPreprocessorConfig.from(files.imageSettings().node()), config.vision(), aspect);
        FamilyFiles text =
                FamilyFiles.of(files, ChatTemplate.find(files.directory()).orElse(VICUNA));
        return LlavaParts.load(
                name(),
                config,
                text,
                ignored -> new SinglePictures(MediaPlaceholder.of(config.imageToken()), preprocessor),
                false,
                options,
                runtime);
    }
}
