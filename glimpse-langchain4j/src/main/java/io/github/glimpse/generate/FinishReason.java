package io.github.glimpse.generate;

/** Why an answer ended. */
public enum FinishReason {
    /** The model ended it, or a stop sequence came. */
    STOP,
    /** The limit of output tokens or the context was reached. */
    LENGTH
}
