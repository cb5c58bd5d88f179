package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.service.tool.ToolProvider;
import io.github.glimpse.chat.ZoomTool;
import io.github.glimpse.documents.PageTools;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * The tools of AI services that properties ask for: {@code zoom}, and those of a folder of documents. All are of one provider, {@code
 * glimpseTools}, since LangChain4j's starter fails where there are two; it backs off for one of the application.
 */
@AutoConfiguration(after = GlimpseDocumentsAutoConfiguration.class, beforeName = GlimpseAutoConfiguration.LANGCHAIN4J)
@ConditionalOnClass({ToolProvider.class, ZoomTool.class})
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
@Conditional(GlimpseToolsAutoConfiguration.Wanted.class)
@EnableConfigurationProperties(GlimpseProperties.class)
public final class GlimpseToolsAutoConfiguration {

    static final String ZOOM = "glimpse.tools.zoom";
    static final String PAGES = "glimpse.rag.tools";
    static final String PROVIDER = "glimpseTools";

    GlimpseToolsAutoConfiguration() {}

    @Bean(PROVIDER)
    @ConditionalOnMissingBean
    ToolProvider glimpseTools(GlimpseProperties properties, ObjectProvider<PageTools> pages) {
        List<ToolProvider> providers = new ArrayList<>();
        if (Boolean.TRUE.equals(properties.rag().tools())) {
            pages.ifAvailable(tools -> providers.add(new PageToolProvider(tools)));
        }
        if (Boolean.TRUE.equals(properties.tools().zoom())) {
            providers.add(new ZoomToolProvider(new ZoomTool(new PropertiesMapper(properties).imageLimits())));
        }
        return providers.size() == 1 ? providers.get(0) : new JoinedToolProvider(providers);
    }

    /** One of the properties asks for a tool. */
    static final class Wanted extends AnyNestedCondition {

        Wanted() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnSwitch(value = ZOOM, byDefault = false)
        static final class Zoom {}

        @ConditionalOnSwitch(value = PAGES, byDefault = false)
        static final class Pages {}
    }
}
