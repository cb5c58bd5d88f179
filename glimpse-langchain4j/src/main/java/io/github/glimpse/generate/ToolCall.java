package io.github.glimpse.generate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A tool that an answer calls.
 *
 * @param name of the tool
 * @param arguments JSON, as the model wrote it
 * @param leastProbability of the token of the arguments that was held least likely, 0..1
 * @param id id written by the model; null if it wrote none
 */
public record ToolCall(
        String name,
        String arguments,
        double leastProbability,
        @Nullable String id) {

    /** A call without an id. */
    public ToolCall(String name, String arguments, double leastProbability) {
        this(name, arguments, leastProbability, null);
    }

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
