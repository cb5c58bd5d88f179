package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import io.github.glimpse.chat.ZoomTool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives AI services the tool {@code zoom}. Asked before each call of the model, so that it knows the pictures that tools gave. */
final class ZoomToolProvider implements ToolProvider {

    private final ZoomTool zoom;

    ZoomToolProvider(ZoomTool zoom) {
        this.zoom = zoom;
    }

    @Override
    public ToolProviderResult provideTools(ToolProviderRequest request) {
        return ToolProviderResult.builder()
                .add(zoom.specification(request.messages()), new Executor(zoom, List.copyOf(request.messages())))
                .build();
    }

    @Override
    public boolean isDynamic() {
        return true;
    }

    /** Runs calls on the pictures of some messages. */
    private record Executor(ZoomTool zoom, List<ChatMessage> messages) implements ToolExecutor {

        @Override
        public String execute(ToolExecutionRequest call, @Nullable Object memoryId) {
            return text(zoom.contents(call.arguments(), messages));
        }

        @Override
        public ToolExecutionResult executeWithContext(ToolExecutionRequest call, InvocationContext context) {
            List<Content> contents = zoom.contents(call.arguments(), messages);
            return ToolExecutionResult.builder()
                    .isError(contents.size() == 1)
                    .resultContents(contents)
                    .build();
        }

        private static String text(List<Content> contents) {
            return contents.get(0) instanceof TextContent text ? text.text() : "";
        }
    }
}
