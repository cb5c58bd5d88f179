package io.github.glimpse.generate;

import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.text.TokenWatch;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens prompts and answers may have.
 *
 * @param maxInputTokens of a prompt, null for as many as the context holds
 * @param contextLength of the model
 */
public record TokenLimits(@Nullable Integer maxInputTokens, int contextLength) {

    /** Most tokens of a prompt. */
    public int ofPrompt() {
        // One place is for the first token.
        return maxInputTokens == null ? contextLength - 1 : Math.min(maxInputTokens, contextLength - 1);
    }

    /** Tokens that an answer may have by its options. */
    static int wanted(GenerationOptions generation) {
        return generation.maxOutputTokens() == null
                ? GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS
                : generation.maxOutputTokens();
    }

    /**
     * Most tokens of the answer to a prompt.
     *
     * @throws PromptTooLongException if the prompt has too many
     */
    int ofAnswer(int promptTokens, GenerationOptions generation) {
        int limit = ofPrompt();
        if (promptTokens > limit) {
            throw new PromptTooLongException(
                    "The prompt has " + promptTokens + " tokens, image tokens included; the limit is " + limit
                            + "; send fewer or smaller images or less text");
        }
        return Math.min(wanted(generation), contextLength - promptTokens);
    }

    /** Ends the work on a text whose time is over, or that is too long already, images apart. */
    TokenWatch watch(RequestContext context) {
        int limit = ofPrompt();
        return tokens -> {
            context.cancellation().check();
            if (tokens > limit) {
                throw new PromptTooLongException("The prompt has " + tokens
                        + " tokens or more, its list of tools counted and image tokens not; the limit is " + limit
                        + "; send less text, offer fewer tools, or take a model with a larger context");
            }
        };
    }
}
