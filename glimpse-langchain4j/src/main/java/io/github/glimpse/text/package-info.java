/**
 * From messages to token ids and back.
 *
 * <p>{@link io.github.glimpse.text.ChatTemplate} renders messages with the template of a model folder,
 * {@link io.github.glimpse.text.Tokenizer} turns the text into ids and keeps what a user typed from becoming a special
 * token, {@link io.github.glimpse.text.IncrementalDecoder} and {@link io.github.glimpse.text.StopSequences} turn the ids
 * of an answer into text that can be shown at once. Knows the root room and {@code text.jinja}. A tokenizer file is read by
 * {@link io.github.glimpse.text.TokenizerFile} into four steps: a {@code TextNormalizer}, a {@code WordSplitter}, a
 * {@code SubwordModel} and a {@code TokenDecoder}, each of which refuses what it does not know.
 * Chat templates are interpreted by the room {@code text.jinja}.
 */
@NullMarked
package io.github.glimpse.text;

import org.jspecify.annotations.NullMarked;
