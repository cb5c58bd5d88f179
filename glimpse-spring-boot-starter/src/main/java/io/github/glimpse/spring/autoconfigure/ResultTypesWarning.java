package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.output.ServiceOutputParser;
import dev.langchain4j.service.spring.AiService;
import dev.langchain4j.service.spring.AiServiceWiringMode;
import dev.langchain4j.service.spring.event.AiServiceRegisteredEvent;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.generate.LoadedModel;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Start-up warning about methods of AI services whose result type has fields that the model was not trained to write as JSON, see
 * {@link io.github.glimpse.model.ModelTraining}. Logged when both the context and the model are ready.
 */
final class ResultTypesWarning implements ApplicationListener<ApplicationEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(ResultTypesWarning.class);

    private final ConfigurableApplicationContext context;
    private final List<Class<?>> services = new CopyOnWriteArrayList<>();

    ResultTypesWarning(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof AiServiceRegisteredEvent registered) {
            services.add(registered.aiServiceClass());
        } else if (event instanceof ContextRefreshedEvent && !services.isEmpty()) {
            LoadedModel engine = context.getBeanProvider(LoadedModel.class).getIfUnique();
            if (engine != null
                    && context.containsBean(GlimpseAutoConfiguration.CHAT_MODEL)
                    && context.getBean(GlimpseAutoConfiguration.CHAT_MODEL, ChatModel.class)
                            instanceof GlimpseChatModel model) {
                var unused = engine.whenLoaded().thenRun(() -> check(model));
            }
        }
    }

    private void check(GlimpseChatModel model) {
        for (Class<?> type : services) {
            if (usesOurs(type)) {
                for (Method method : type.getMethods()) {
                    check(model, type, method);
                }
            }
        }
    }

    private static boolean usesOurs(Class<?> type) {
        AiService service = type.getAnnotation(AiService.class);
        return service != null
                && (service.wiringMode() == AiServiceWiringMode.AUTOMATIC
                        || service.chatModel().equals(GlimpseAutoConfiguration.CHAT_MODEL));
    }

    private static void check(GlimpseChatModel model, Class<?> type, Method method) {
        Type result = resultOf(method.getGenericReturnType());
        Optional<JsonSchema> schema;
        try {
            schema = new ServiceOutputParser().jsonSchema(result);
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("The schema of {}.{} was not read; its first request tells", type.getName(), method.getName(), e);
            return;
        }
        List<String> untrained = schema.map(model::untrainedFields).orElse(List.of());
        if (!untrained.isEmpty()) {
            LOG.warn(
                    "{}.{} returns {}, and the model was not trained to write {} as JSON, so expect wrong values;"
                            + " declare each as a text or a number, or set glimpse.model.location to a model without"
                            + " limits in glimpse_training",
                    type.getSimpleName(),
                    method.getName(),
                    result.getTypeName(),
                    String.join(", ", untrained));
        }
    }

    private static Type resultOf(Type type) {
        return type instanceof ParameterizedType parameterized && parameterized.getRawType() == Result.class
                ? parameterized.getActualTypeArguments()[0]
                : type;
    }
}
