package io.github.glimpse.chat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ToolChoice;
import java.util.List;

/**
 * Tool choice of follow-up requests. An AI service repeats its parameters after each tool result, so that {@link
 * ToolChoice#REQUIRED} would demand calls without end: there it becomes {@link ToolChoice#AUTO}. Any other caller of a
 * chat model chooses anew for each request, and its choice is kept.
 */
final class FollowUpToolChoice {

    private static final String SERVICES = "dev.langchain4j.service.";
    /** Code between a caller and a chat model: LangChain4j, the JDK and Spring's proxies. */
    private static final List<String> BETWEEN = List.of(
            "dev.langchain4j.",
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.proxy.",
            "org.springframework.aop.",
            "org.springframework.cglib.");

    private FollowUpToolChoice() {}

    /** The parameters of a request that was sent on this thread, with the choice that holds. */
    static GlimpseChatRequestParameters of(
            GlimpseChatRequestParameters parameters, List<? extends ChatMessage> messages) {
        boolean isFollowUp = parameters.toolChoice() == ToolChoice.REQUIRED
                && !messages.isEmpty()
                && messages.get(messages.size() - 1) instanceof ToolExecutionResultMessage;
        return isFollowUp && isSentByAiService()
                ? parameters.overrideWith(GlimpseChatRequestParameters.builder()
                        .toolChoice(ToolChoice.AUTO)
                        .build())
                : parameters;
    }

    /** Whether the nearest caller of the model is an AI service: not a tool of one, which may call the model itself. */
    private static boolean isSentByAiService() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.map(StackWalker.StackFrame::getDeclaringClass)
                        .filter(type -> !ChatModel.class.isAssignableFrom(type)
                                && !StreamingChatModel.class.isAssignableFrom(type)
                                && type != RequestMapper.class
                                && type != FollowUpToolChoice.class)
                        .filter(type -> type.getName().startsWith(SERVICES)
                                || BETWEEN.stream().noneMatch(type.getName()::startsWith))
                        .findFirst()
                        .map(type -> type.getName().startsWith(SERVICES))
                        .orElse(false));
    }
}
