package io.github.glimpse.template;

import java.util.List;

/**
 * Rewritings of a conversation for a template that refuses or loses a message.
 *
 * @param repairs rewritings, in the order of their application
 * @param leftOut kinds of content that are not in the prompt
 * @param warnings variables of the request without the effect that was asked for
 */
public record ConversationChanges(List<String> repairs, List<String> leftOut, List<String> warnings) {

    /** None: the template wrote the conversation as it is. */
    public static final ConversationChanges NONE = new ConversationChanges(List.of(), List.of());

    /** Copies the lists. */
    public ConversationChanges {
        repairs = List.copyOf(repairs);
        leftOut = List.copyOf(leftOut);
        warnings = List.copyOf(warnings);
    }

    /** Changes without warnings. */
    public ConversationChanges(List<String> repairs, List<String> leftOut) {
        this(repairs, leftOut, List.of());
    }
}
