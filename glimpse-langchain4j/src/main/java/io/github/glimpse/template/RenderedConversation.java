package io.github.glimpse.template;

import java.util.List;

/**
 * Prompt text of a conversation.
 *
 * @param prompt up to where the answer begins, with one placeholder for each image or video
 * @param changes of the conversation, to be reported
 */
public record RenderedConversation(String prompt, ConversationChanges changes) {

    /** The same with warnings. */
    public RenderedConversation with(List<String> warnings) {
        return new RenderedConversation(
                prompt, new ConversationChanges(changes.repairs(), changes.leftOut(), warnings));
    }
}
