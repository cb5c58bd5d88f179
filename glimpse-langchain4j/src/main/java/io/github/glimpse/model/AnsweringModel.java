package io.github.glimpse.model;

import io.github.glimpse.engine.Weights;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.text.Tokenizer;

/**
 * A loaded model, of one of the two kinds that can answer: a language decoder whose prompt holds the image rows ({@link
 * VisionLanguageModel}), and text stacks that attend to them by cross-attention ({@link ImageTextModel}). Sealed, because the engine
 * has to know how each kind answers. Owns its native memory until closed. Safe for concurrent use.
 */
public sealed interface AnsweringModel extends AutoCloseable permits VisionLanguageModel, ImageTextModel {

    /** Name of the family. */
    String family();

    /** Text to ids and back. */
    Tokenizer tokenizer();

    /** Most tokens of prompt and answer together. */
    int contextLength();

    /** The checkpoint's tensors. */
    Weights weights();

    /** The numbers that strategies may read. */
    ModelDimensions dimensions();

    @Override
    void close();
}
