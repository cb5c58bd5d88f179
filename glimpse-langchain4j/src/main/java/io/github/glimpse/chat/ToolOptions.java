package io.github.glimpse.chat;

import java.util.Objects;

/**
 * How tools are offered and called.
 *
 * @param mode what becomes of them
 * @param constrained whether a mask sees to it that each call is whole, names a tool and fits its parameters
 * @param parallel whether one answer may hold several calls
 * @param maxCalls most calls that a message of the user may lead to, and that one answer may hold; from there on no tool is offered
 */
public record ToolOptions(ToolsMode mode, boolean constrained, boolean parallel, int maxCalls) {

    /** Most calls where nobody says. */
    public static final int DEFAULT_MAX_CALLS = 8;

    /** Most calls that can be asked for. */
    public static final int MOST_CALLS = 64;

    /** Nothing said. */
    public static final ToolOptions DEFAULT = new ToolOptions(ToolsMode.DEFAULT, true, true, DEFAULT_MAX_CALLS);

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is out of its range
     */
    public ToolOptions {
        Objects.requireNonNull(mode, "mode");
        if (maxCalls < 1 || maxCalls > MOST_CALLS) {
            throw new IllegalArgumentException(
                    "maxCalls is " + maxCalls + ", the limits are 1 and " + MOST_CALLS + "; choose one between them");
        }
    }

    /** Nothing said but what becomes of tools. */
    public static ToolOptions of(ToolsMode mode) {
        return new ToolOptions(mode, true, true, DEFAULT_MAX_CALLS);
    }
}
