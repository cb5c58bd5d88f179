package io.github.glimpse.prefill;

import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.Tokenizer;
import java.util.Map;

/**
 * What of a model makes its prompts: none of it needs the native library.
 *
 * @param media pictures and videos to units and patches
 * @param tokenizer text to ids
 * @param template messages to prompt text
 * @param templateVariables special tokens by the names that templates use
 * @param positions how rows are numbered
 * @param vocabulary ids that the decoder knows
 * @param contextLength most tokens of prompt and answer together
 */
public record PromptParts(
        MediaRule media,
        Tokenizer tokenizer,
        ChatTemplate template,
        Map<String, Object> templateVariables,
        PositionRule positions,
        int vocabulary,
        int contextLength) {

    /** Those of a model. */
    public static PromptParts of(VisionLanguageModel model) {
        return new PromptParts(
                model.media(),
                model.tokenizer(),
                model.template(),
                model.templateVariables(),
                model.positions(),
                model.decoder().vocabulary(),
                model.contextLength());
    }
}
