package io.github.glimpse.answer;

/** Reason why an answer ended, as far as parsing depends on it. */
public enum AnswerEnding {
    /** End of turn or a stop sequence: a call that lacks only closing tags is a call. */
    COMPLETE,
    /** Length limit: a call that is not closed is dropped. */
    LENGTH
}
