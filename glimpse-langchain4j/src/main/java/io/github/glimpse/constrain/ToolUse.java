package io.github.glimpse.constrain;

/**
 * Whether and how often tools are called.
 *
 * @param choice whether an answer may be text
 * @param mostCalls calls in one answer, 1 or more
 */
public record ToolUse(Choice choice, int mostCalls) {

    private static final int LIMIT = 64;

    /** Whether a tool has to be called. */
    public enum Choice {
        /** The answer is text, or text and calls. */
        AUTO,
        /** The answer is calls and nothing else. */
        REQUIRED
    }

    /** Checks the number of calls. */
    public ToolUse {
        if (mostCalls < 1 || mostCalls > LIMIT) {
            throw new IllegalArgumentException(
                    "An answer of at most " + mostCalls + " calls was asked for, the limits are 1 and " + LIMIT);
        }
    }
}
