package io.github.glimpse.sampling;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Sampler} goes by.
 *
 * @param temperature 0 is greedy
 * @param topK so many of the likeliest stay; 0 for all
 * @param topP the fewest of the likeliest that reach this share of the probability stay; 1 for all
 * @param minP what is less likely than this share of the likeliest is left out; 0 for none
 * @param repetitionPenalty by which scores of seen tokens are divided where they are positive, else multiplied; 1 for none
 * @param presencePenalty taken off the score of each token of the answer; 0 for none
 * @param frequencyPenalty the same for each time that it stands there; 0 for none
 * @param seed of the draws; null for another each time
 */
public record SamplingNumbers(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double presencePenalty,
        double frequencyPenalty,
        @Nullable Long seed) {}
