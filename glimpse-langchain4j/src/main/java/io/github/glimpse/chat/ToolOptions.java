package io.github.glimpse.chat;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.generate.TurnCare;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How tools are offered and called.
 *
 * @param mode what becomes of them
 * @param constrained whether a mask sees to it that each call is whole, names a tool and fits its parameters
 * @param parallel whether one answer may hold several calls
 * @param maxCalls most calls that a message of the user may lead to, and that one answer may hold; from there on no tool is offered
 * @param profile pruning profile of turns that may call a tool, where a request says nothing of pruning; null for none of their own
 * @param care what is done about pictures of such turns, where a request says nothing of that
 * @param format format in which calls are read; null for the one that the chat template writes
 * @param overflow handling of tools that do not fit the context
 */
public record ToolOptions(
        ToolsMode mode,
        boolean constrained,
        boolean parallel,
        int maxCalls,
        @Nullable String profile,
        TurnCare care,
        @Nullable ToolCallFormat format,
        ToolOverflow overflow) {

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
        Objects.requireNonNull(care, "care");
        Objects.requireNonNull(overflow, "overflow");
        if (maxCalls < 1 || maxCalls > MOST_CALLS) {
            throw new IllegalArgumentException(
                    "maxCalls is " + maxCalls + ", the limits are 1 and " + MOST_CALLS + "; choose one between them");
        }
    }

    /** Calls are read in the format that the chat template writes. */
    public ToolOptions(
            ToolsMode mode,
            boolean constrained,
            boolean parallel,
            int maxCalls,
            @Nullable String profile,
            TurnCare care) {
        this(mode, constrained, parallel, maxCalls, profile, care, null, ToolOverflow.REFUSE);
    }

    /** Turns that may call a tool are pruned as all others. */
    public ToolOptions(ToolsMode mode, boolean constrained, boolean parallel, int maxCalls) {
        this(mode, constrained, parallel, maxCalls, null, TurnCare.NONE);
    }

    /** Nothing said but what becomes of tools. */
    public static ToolOptions of(ToolsMode mode) {
        return new ToolOptions(mode, true, true, DEFAULT_MAX_CALLS);
    }

    /** The same with calls read in another format; null for the one that the chat template writes. */
    public ToolOptions withFormat(@Nullable ToolCallFormat other) {
        return new ToolOptions(mode, constrained, parallel, maxCalls, profile, care, other, overflow);
    }

    /** The same with another pruning profile of turns that may call a tool. */
    public ToolOptions withProfile(@Nullable String name) {
        return new ToolOptions(mode, constrained, parallel, maxCalls, name, care, format, overflow);
    }

    /** The same with other care for pictures. */
    public ToolOptions with(TurnCare other) {
        return new ToolOptions(mode, constrained, parallel, maxCalls, profile, other, format, overflow);
    }

    /** The same with another handling of tools that do not fit the context. */
    public ToolOptions with(ToolOverflow other) {
        return new ToolOptions(mode, constrained, parallel, maxCalls, profile, care, format, other);
    }
}
