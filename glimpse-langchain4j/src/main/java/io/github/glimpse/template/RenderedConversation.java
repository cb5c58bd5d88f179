package io.github.glimpse.template;

/**
 * Prompt text of a conversation.
 *
 * @param prompt up to where the answer begins, with one placeholder for each image or video
 * @param changes of the conversation, to be reported
 */
public record RenderedConversation(String prompt, ConversationChanges changes) {}
