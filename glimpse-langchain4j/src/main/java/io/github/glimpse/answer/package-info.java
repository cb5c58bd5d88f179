/**
 * Streaming parsers of model answers: thinking, text and tool calls in the format that the model's chat template
 * writes.
 *
 * <p>{@link io.github.glimpse.answer.AnswerReader} takes an answer in pieces and reports events to an
 * {@link io.github.glimpse.answer.AnswerListener}. {@link io.github.glimpse.answer.ToolCallFormat} lists the formats
 * of tool
 * calls, {@link io.github.glimpse.answer.ToolCallFormatDetector} finds the format of a call that a template wrote,
 * {@link io.github.glimpse.answer.ThinkingTags} the tags around a thought. Depends on the root package only.
 */
@NullMarked
package io.github.glimpse.answer;

import org.jspecify.annotations.NullMarked;
