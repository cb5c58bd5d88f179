package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import io.github.glimpse.documents.PageTools;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gives AI services the tools {@code search_pages} and {@code open_page}. */
final class PageToolProvider implements ToolProvider {

    private final PageTools tools;

    PageToolProvider(PageTools tools) {
        this.tools = tools;
    }

    @Override
    public ToolProviderResult provideTools(ToolProviderRequest request) {
        ToolProviderResult.Builder result = ToolProviderResult.builder();
        tools.specifications().forEach(tool -> result.add(tool, new Executor(tools)));
        return result.build();
    }

    private record Executor(PageTools tools) implements ToolExecutor {

        @Override
        public String execute(ToolExecutionRequest call, @Nullable Object memoryId) {
            return tools.contents(call.name(), call.arguments()).stream()
                    .filter(TextContent.class::isInstance)
                    .map(content -> ((TextContent) content).text())
                    .collect(Collectors.joining("\n"));
        }

        @Override
        public ToolExecutionResult executeWithContext(ToolExecutionRequest call, InvocationContext context) {
            return ToolExecutionResult.builder()
                    .resultContents(tools.contents(call.name(), call.arguments()))
                    .build();
        }
    }
}
