package io.github.glimpse.model;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.nn.WordHead;
import io.github.glimpse.text.Tokenizer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model whose text stacks attend to a picture by cross-attention: no image token stands in a prompt. What it can do is one
 * task. Owns its native memory until closed. Safe for concurrent use.
 *
 * @param family name of the family
 * @param task what it does
 * @param preprocessor picture to patches
 * @param tower patches to the rows that are attended to, class row first
 * @param encoder reads questions and texts to be matched; null for captions
 * @param decoder writes answers and captions; null for matching
 * @param words from the decoder's rows to words; null for matching
 * @param heads tell how well a text fits; null but for matching
 * @param tokenizer text to ids and back
 * @param tokens ids with a meaning
 * @param dimensions of the cross-attention stack, and of the tower
 * @param contextLength most rows of a text; what a decoder begins with and what it writes count together
 * @param weights the checkpoint's tensors
 * @param owned small tensors of the parts
 */
public record ImageTextModel(
        String family,
        ImageTextTask task,
        ImagePreprocessor preprocessor,
        ClipTower tower,
        @Nullable CrossTextStack encoder,
        @Nullable CrossTextStack decoder,
        @Nullable WordHead words,
        @Nullable MatchingHeads heads,
        Tokenizer tokenizer,
        ImageTextTokens tokens,
        ModelDimensions dimensions,
        int contextLength,
        Weights weights,
        TensorScope owned)
        implements AnsweringModel {

    /** Checks that the parts of the task are there. */
    public ImageTextModel {
        boolean complete =
                switch (task) {
                    case ANSWER -> encoder != null && decoder != null && words != null;
                    case CAPTION -> decoder != null && words != null;
                    case MATCH -> encoder != null && heads != null;
                };
        if (!complete) {
            throw new IllegalArgumentException("A model for " + task + " lacks a part");
        }
    }

    /** The cross-attention stack. */
    public CrossTextStack crossText() {
        return Objects.requireNonNull(task == ImageTextTask.CAPTION ? decoder : encoder);
    }

    @Override
    public void close() {
        if (words != null) {
            words.close();
        }
        if (encoder != null) {
            encoder.close();
        }
        if (decoder != null) {
            decoder.close();
        }
        tower.close();
        weights.close();
        owned.close();
        tokenizer.close();
    }
}
