package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import java.util.List;

/** The tools of several providers, in their order. */
record JoinedToolProvider(List<ToolProvider> providers) implements ToolProvider {

    @Override
    public ToolProviderResult provideTools(ToolProviderRequest request) {
        ToolProviderResult.Builder all = ToolProviderResult.builder();
        providers.forEach(each -> all.addAll(each.provideTools(request).aiServiceTools()));
        return all.build();
    }

    @Override
    public boolean isDynamic() {
        return providers.stream().anyMatch(ToolProvider::isDynamic);
    }
}
