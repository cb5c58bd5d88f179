package io.github.glimpse.chat;

import org.jspecify.annotations.Nullable;

/**
 * How sure a call of a tool is.
 *
 * @param id of the call
 * @param name of the tool
 * @param retention share of the image tokens that the model saw when it wrote the call, 0..1; 1 without pictures
 * @param confidence how sure the choice of these tokens was; null if nobody knows
 * @param leastProbability of the token of the arguments that the model held least likely, 0..1
 */
public record ToolCallReport(
        String id, String name, double retention, @Nullable Double confidence, double leastProbability) {}
