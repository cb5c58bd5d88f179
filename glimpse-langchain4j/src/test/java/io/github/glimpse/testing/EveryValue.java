package io.github.glimpse.testing;

import io.github.glimpse.generate.GenerationOptions;
import java.util.List;

/** Options that say something of everything, to find a value that a copy or a merge forgets. */
public final class EveryValue {

    /** All values differ from each other and from what is unset. */
    public static final GenerationOptions GENERATION = GenerationOptions.builder()
            .temperature(0.7)
            .topK(5)
            .topP(0.9)
            .minP(0.1)
            .repetitionPenalty(1.1)
            .presencePenalty(0.2)
            .frequencyPenalty(0.3)
            .seed(11L)
            .maxOutputTokens(64)
            .stop(List.of("."))
            .beams(3)
            .lengthPenalty(0.5)
            .minOutputTokens(2)
            .build();

    private EveryValue() {}
}
