package io.github.glimpse.generate;

import java.util.Locale;

/**
 * A tool that an answer calls.
 *
 * @param name of the tool
 * @param arguments JSON, as the model wrote it
 * @param leastProbability of the token of the arguments that was held least likely, 0..1
 */
public record ToolCall(String name, String arguments, double leastProbability) {

    /** Without the arguments, which may hold what nobody else is to read. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "ToolCall[%s, %d characters, least probability %.4f]",
                name,
                arguments.length(),
                leastProbability);
    }
}
