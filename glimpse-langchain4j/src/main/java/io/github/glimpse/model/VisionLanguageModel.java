package io.github.glimpse.model;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.Tokenizer;
import java.util.Map;
import java.util.Set;

/**
 * A loaded model: its parts and the few numbers that generation needs. Owns its native memory until closed. Safe for
 * concurrent use.
 *
 * @param family name of the family
 * @param media pictures and videos to units and patches
 * @param tower patches to rows
 * @param decoder the language decoder
 * @param tokenizer text to ids and back
 * @param template messages to prompt text
 * @param templateVariables special tokens by the names that templates use
 * @param positions how rows are numbered
 * @param stopIds ids that end an answer
 * @param contextLength most tokens of prompt and answer together
 * @param weights the checkpoint's tensors
 * @param owned small tensors of the parts
 */
public record VisionLanguageModel(
        String family,
        MediaRule media,
        VisionTower tower,
        DecoderStack decoder,
        Tokenizer tokenizer,
        ChatTemplate template,
        Map<String, Object> templateVariables,
        PositionRule positions,
        Set<Integer> stopIds,
        int contextLength,
        Weights weights,
        TensorScope owned)
        implements AnsweringModel {

    /** Copies the collections. */
    public VisionLanguageModel {
        templateVariables = Map.copyOf(templateVariables);
        stopIds = Set.copyOf(stopIds);
    }

    /**
     * A model as one of this kind.
     *
     * @throws UnsupportedModelException if it is of the other kind; the model is closed then
     */
    public static VisionLanguageModel require(AnsweringModel model) {
        if (model instanceof VisionLanguageModel decoding) {
            return decoding;
        }
        model.close();
        throw new UnsupportedModelException("The family " + model.family()
                + " has no language decoder whose prompt holds the image; use a family that has one, such as llava");
    }

    @Override
    public ModelDimensions dimensions() {
        return decoder.dimensions();
    }

    @Override
    public void close() {
        tower.close();
        decoder.close();
        weights.close();
        owned.close();
        tokenizer.close();
    }
}
