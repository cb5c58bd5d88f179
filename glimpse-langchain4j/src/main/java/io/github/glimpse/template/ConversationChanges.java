package io.github.glimpse.template;

import java.util.List;

/**
 * How a conversation was rewritten for a template that refuses or loses a message.
 *
 * @param repairs rewritings, in the order of their application
 * @param leftOut kinds of content that are not in the prompt
 */
public record ConversationChanges(List<String> repairs, List<String> leftOut) {

    /** None: the template wrote the conversation as it is. */
    public static final ConversationChanges NONE = new ConversationChanges(List.of(), List.of());

    /** Copies the lists. */
    public ConversationChanges {
        repairs = List.copyOf(repairs);
        leftOut = List.copyOf(leftOut);
    }
}
