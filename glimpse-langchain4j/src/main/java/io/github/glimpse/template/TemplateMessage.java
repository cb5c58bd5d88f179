package io.github.glimpse.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation, as it is handed to a chat template. Holds only what templates are given: other fields of
 * a request, such as a user's name, have no place here.
 *
 * @param index position in the request, from 0
 * @param role such as {@code system}, {@code developer}, {@code user}, {@code assistant} or {@code tool}
 * @param content null where the request has none
 * @param thinking reasoning of an earlier answer; null if there is none
 * @param calls tool calls of an assistant message
 * @param callId id of the call that a tool message answers; empty in other roles
 * @param tool name of the tool of a tool message; empty in other roles
 */
public record TemplateMessage(
        int index,
        String role,
        @Nullable MessageContent content,
        @Nullable String thinking,
        List<MessageCall> calls,
        String callId,
        String tool) {

    static final String SYSTEM = "system";
    static final String DEVELOPER = "developer";
    static final String USER = "user";
    static final String ASSISTANT = "assistant";
    static final String TOOL = "tool";

    /** Copies the list. */
    public TemplateMessage {
        calls = List.copyOf(calls);
    }

    /** A message of one of the roles without calls. */
    public static TemplateMessage of(int index, String role, @Nullable MessageContent content) {
        return new TemplateMessage(index, role, content, null, List.of(), "", "");
    }

    /** An answer of the model. */
    public static TemplateMessage assistant(
            int index, @Nullable MessageContent content, @Nullable String thinking, List<MessageCall> calls) {
        return new TemplateMessage(index, ASSISTANT, content, thinking, calls, "", "");
    }

    /** Result of a tool call. Its name is that of the call. */
    public static TemplateMessage result(int index, String callId, @Nullable MessageContent content) {
        return new TemplateMessage(
                index, TOOL, content == null ? MessageContent.EMPTY : content, null, List.of(), callId, "");
    }

    boolean is(String other) {
        return role.equals(other);
    }

    boolean isResult() {
        return is(TOOL);
    }

    boolean hasCalls() {
        return !calls.isEmpty();
    }

    boolean hasText() {
        return content != null && content.hasText();
    }

    boolean hasMedia() {
        return content != null && content.hasMedia();
    }

    long count(MessagePart.Kind kind) {
        return content == null ? 0 : content.count(kind);
    }

    TemplateMessage withRole(String other) {
        return new TemplateMessage(index, other, content, thinking, calls, callId, tool);
    }

    TemplateMessage withContent(@Nullable MessageContent other) {
        return new TemplateMessage(index, role, other, thinking, calls, callId, tool);
    }

    TemplateMessage withThinking(@Nullable String other) {
        return new TemplateMessage(index, role, content, other, calls, callId, tool);
    }

    TemplateMessage withCalls(List<MessageCall> other) {
        return new TemplateMessage(index, role, content, thinking, other, callId, tool);
    }

    TemplateMessage withCallId(String other) {
        return new TemplateMessage(index, role, content, thinking, calls, other, tool);
    }

    TemplateMessage withTool(String other) {
        return new TemplateMessage(index, role, content, thinking, calls, callId, other);
    }
}
