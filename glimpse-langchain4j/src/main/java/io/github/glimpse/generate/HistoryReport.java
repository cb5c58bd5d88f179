package io.github.glimpse.generate;

import io.github.glimpse.template.ConversationChanges;
import java.util.List;

/**
 * What the model did not see of the messages before the newest one, and how they were rewritten for its chat template.
 *
 * @param leftOutPictures pictures that became a note or went with their message
 * @param leftOutAttachments contents of a kind that this model cannot read, which became a note or went with their message
 * @param leftOutMessages messages that are not in the prompt
 * @param repairs rewritings for a chat template that refuses or loses a message as it was sent
 * @param leftOutTexts kinds of text that the chat template has no place for
 */
public record HistoryReport(
        int leftOutPictures,
        int leftOutAttachments,
        int leftOutMessages,
        List<String> repairs,
        List<String> leftOutTexts) {

    /** Nothing is left out. */
    public static final HistoryReport WHOLE = new HistoryReport(0, 0, 0);

    /** Copies the lists. */
    public HistoryReport {
        repairs = List.copyOf(repairs);
        leftOutTexts = List.copyOf(leftOutTexts);
    }

    /** A report without rewritings. */
    public HistoryReport(int leftOutPictures, int leftOutAttachments, int leftOutMessages) {
        this(leftOutPictures, leftOutAttachments, leftOutMessages, List.of(), List.of());
    }

    /** The same with the changes of a rendering. */
    HistoryReport with(ConversationChanges changes) {
        return new HistoryReport(
                leftOutPictures, leftOutAttachments, leftOutMessages, changes.repairs(), changes.leftOut());
    }

    /** Whether the model saw all of it. */
    public boolean isWhole() {
        return leftOutPictures + leftOutAttachments + leftOutMessages == 0 && leftOutTexts.isEmpty();
    }
}
