package io.github.glimpse.generate;

/** What becomes of earlier messages of a conversation that this model cannot take any more. The newest message is never touched. */
public enum HistoryMode {

    /**
     * Earlier pictures above the limits, and those that cannot be read, become a note in their place, the oldest first; then
     * earlier messages are left out, a question with all that followed it. A conversation inside the limits stays as it is.
     */
    KEEP_LAST,

    /** The request is refused. */
    REFUSE
}
