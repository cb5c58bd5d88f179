package io.github.glimpse.generate;

/** Why an answer ended. */
public enum FinishReason {
    /** The model ended it, or a stop sequence came. */
    STOP,
    /** The limit of output tokens or the context was reached; an answer that is kept to a form may be whole all the same. */
    LENGTH,
    /** Tools are to be called: the answer has at least one whole call. */
    TOOL_CALLS
}
