package io.github.glimpse.generate;

/**
 * What the model did not see of the messages before the newest one.
 *
 * @param leftOutPictures pictures that became a note or went with their message
 * @param leftOutAttachments contents of a kind that this model cannot read, which became a note or went with their message
 * @param leftOutMessages messages that are not in the prompt
 */
public record HistoryReport(int leftOutPictures, int leftOutAttachments, int leftOutMessages) {

    /** Nothing is left out. */
    public static final HistoryReport WHOLE = new HistoryReport(0, 0, 0);

    /** Whether the model saw all of it. */
    public boolean isWhole() {
        return equals(WHOLE);
    }
}
