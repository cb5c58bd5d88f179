package io.github.glimpse.generate;

import io.github.glimpse.model.ImagePreprocessor;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.Tokenizer;
import java.util.Map;

/**
 * What of a model makes its prompts: none of it needs the native library.
 *
 * @param preprocessor picture to patches
 * @param tokenizer text to ids
 * @param template messages to prompt text
 * @param templateVariables special tokens by the names that templates use
 * @param placeholder id of the image placeholder
 * @param positions how rows are numbered
 * @param vocabulary ids that the decoder knows
 * @param contextLength most tokens of prompt and answer together
 */
record PromptParts(
        ImagePreprocessor preprocessor,
        Tokenizer tokenizer,
        ChatTemplate template,
        Map<String, Object> templateVariables,
        int placeholder,
        PositionRule positions,
        int vocabulary,
        int contextLength) {

    static PromptParts of(VisionLanguageModel model) {
        return new PromptParts(
                model.preprocessor(),
                model.tokenizer(),
                model.template(),
                model.templateVariables(),
                model.placeholder(),
                model.positions(),
                model.decoder().vocabulary(),
                model.contextLength());
    }
}
