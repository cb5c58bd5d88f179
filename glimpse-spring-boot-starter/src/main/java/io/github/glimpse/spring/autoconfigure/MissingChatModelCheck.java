package io.github.glimpse.spring.autoconfigure;

import static dev.langchain4j.service.IllegalConfigurationException.illegalConfiguration;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.memory.ChatMemoryAccess;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.event.AiServiceRegisteredEvent;
import dev.langchain4j.spi.ServiceHelper;
import dev.langchain4j.spi.services.TokenStreamAdapter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Check at the start that an AI service whose methods do not stream has a chat model. LangChain4j accepts a
 * streaming model alone and fails at the first call of such a method with "chatModel cannot be null". {@link
 * AiServiceFailureAnalyzer} names the property.
 */
final class MissingChatModelCheck implements ApplicationListener<AiServiceRegisteredEvent> {

    static final String MESSAGE = " needs a ChatModel, and there is only a StreamingChatModel";

    private final ConfigurableApplicationContext context;

    MissingChatModelCheck(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public void onApplicationEvent(AiServiceRegisteredEvent event) {
        Class<?> service = event.aiServiceClass();
        AiService annotation = service.getAnnotation(AiService.class);
        boolean isNamed = annotation != null && !annotation.chatModel().isEmpty();
        if (isNamed
                || context.getBeanNamesForType(ChatModel.class, true, false).length > 0
                || MissingModel.CHAT_MODEL.reason(context.getEnvironment()).isEmpty()
                || MissingModel.STREAMING_CHAT_MODEL
                        .reason(context.getEnvironment())
                        .isPresent()) {
            return;
        }
        Arrays.stream(service.getMethods())
                .filter(MissingChatModelCheck::needsChatModel)
                .findFirst()
                .ifPresent(method -> {
                    throw illegalConfiguration(
                            "The method %s of the AI service %s", method.getName(), service.getName() + MESSAGE);
                });
    }

    private static boolean needsChatModel(Method method) {
        return Modifier.isAbstract(method.getModifiers())
                && method.getDeclaringClass() != ChatMemoryAccess.class
                && method.getReturnType() != TokenStream.class
                && ServiceHelper.loadFactories(TokenStreamAdapter.class).stream()
                        .noneMatch(adapter -> adapter.canAdaptTokenStreamTo(method.getGenericReturnType()));
    }
}
