package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;
import dev.langchain4j.service.spring.event.AiServiceRegisteredEvent;
import io.github.glimpse.chat.ToolsMode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Warns of AI services whose every request will be refused: LangChain4j gives a service that is wired by itself each method with
 * {@code @Tool} of the application's beans, and {@code glimpse.tools.mode=refuse} refuses tools.
 */
final class ToolsWarning implements ApplicationListener<AiServiceRegisteredEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(ToolsWarning.class);
    private static final Set<String> MODELS =
            Set.of(GlimpseAutoConfiguration.CHAT_MODEL, GlimpseAutoConfiguration.STREAMING_CHAT_MODEL);

    private final ConfigurableApplicationContext context;
    private final ObjectProvider<GlimpseProperties> properties;

    ToolsWarning(ConfigurableApplicationContext context, ObjectProvider<GlimpseProperties> properties) {
        this.context = context;
        this.properties = properties;
    }

    @Override
    public void onApplicationEvent(AiServiceRegisteredEvent event) {
        AiService service = event.aiServiceClass().getAnnotation(AiService.class);
        if (service == null
                || new PropertiesMapper(properties.getObject()).tools().mode() != ToolsMode.REFUSE) {
            return;
        }
        String name = event.aiServiceClass().getSimpleName();
        if (service.wiringMode() == AiServiceWiringMode.EXPLICIT) {
            boolean ours = MODELS.contains(service.chatModel()) || MODELS.contains(service.streamingChatModel());
            if (ours && service.tools().length > 0) {
                LOG.warn(
                        "The AI service {} has the tools of {}, but glimpse.tools.mode is refuse, so that its"
                                + " requests will be refused: leave them out, or set another mode",
                        name,
                        List.of(service.tools()));
            }
        } else if (!event.toolSpecifications().isEmpty() && MODELS.stream().anyMatch(context::containsBean)) {
            LOG.warn(
                    "The AI service {} gets every @Tool of the application ({}), since it is wired by itself, but"
                            + " glimpse.tools.mode is refuse, so that its requests will be refused: give it"
                            + " @AiService(wiringMode = EXPLICIT, chatModel = \"{}\"), or set another mode",
                    name,
                    event.toolSpecifications().stream()
                            .map(ToolSpecification::name)
                            .collect(Collectors.joining(", ")),
                    GlimpseAutoConfiguration.CHAT_MODEL);
        }
    }
}
