package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.service.spring.event.AiServiceRegisteredEvent;
import io.github.glimpse.chat.GlimpseChatLogger;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseStreamingChatModel;
import io.github.glimpse.chat.GlimpseTokenCountEstimator;
import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.request.ImageUrlOptions;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * One engine, loaded once, and its views: {@code glimpseEngine}, {@code glimpseChatModel}, {@code glimpseStreamingChatModel} and
 * {@code glimpseTokenCountEstimator}. Each backs off for a bean of its name. An application that names an embedding model only
 * ({@link GlimpseEmbeddingAutoConfiguration}) gets none of them.
 *
 * <p>By name and not by type: LangChain4j's starter takes models by type and fails on two, so an application with another
 * provider turns one off ({@code glimpse.chat-model.enabled}), whatever the order of the auto-configurations. Bean methods say
 * their concrete class, so that the type is known without loading a model.
 */
@AutoConfiguration
@ConditionalOnClass({LoadedModel.class, ChatModel.class})
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
@EnableConfigurationProperties(GlimpseProperties.class)
public final class GlimpseAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseAutoConfiguration.class);

    static final String SWITCH = "glimpse.enabled";
    static final String CHAT_SWITCH = "glimpse.chat-model.enabled";
    static final String STREAMING_SWITCH = "glimpse.streaming-chat-model.enabled";
    static final String ENGINE = "glimpseEngine";
    static final String CHAT_MODEL = "glimpseChatModel";
    static final String STREAMING_CHAT_MODEL = "glimpseStreamingChatModel";
    /** Looks for beans of ours; a name, since LangChain4j's starter may be excluded. */
    static final String LANGCHAIN4J = "dev.langchain4j.spring.LangChain4jAutoConfig";

    static final String LOGGER = "glimpseChatLogger";

    GlimpseAutoConfiguration(ConfigurableEnvironment environment) {
        UnknownProperties.refuseOldNames(environment);
        UnknownProperties.warn(environment);
        LangChain4jVersion.ofClassPath().report(LOG);
    }

    /** The engine and what it is made of. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(name = ENGINE)
    @Conditional(OnChatModelCondition.class)
    static class Engine {

        /** Closed after the engine, since that depends on it. */
        @Bean(destroyMethod = "close")
        ModelSources glimpseModelSources(GlimpseProperties properties, ResourceLoader resources) {
            return EngineLoading.sources(properties, resources.getClassLoader());
        }

        @Bean(name = ENGINE, destroyMethod = "close")
        LoadedModel glimpseEngine(
                GlimpseProperties properties,
                @Qualifier("glimpseModelSources") ModelSources sources,
                ObjectProvider<ModelFamily> families,
                ObjectProvider<PruningStrategyFactory> strategies,
                ObjectProvider<GlimpseChatModelCustomizer> customizers,
                Environment environment) {
            EngineOptions.Builder options = new PropertiesMapper(properties)
                    .engine(sources)
                    .families(families.orderedStream().toList())
                    .strategies(strategies.orderedStream().toList());
            customizers.orderedStream().forEach(customizer -> customizer.customize(options));
            EngineOptions built = options.build();
            new StrategyKeys(built.strategies()).check(PropertiesMapper.PRUNING, properties.pruning(), properties);
            return new EngineLoading(properties.load(), sources, environment).engine(built);
        }
    }

    /** Whether pictures are fetched by URL; apart from the engine, since an engine of the user's needs it too. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(ImageUrlOptions.class)
    @EnableConfigurationProperties(GlimpseProperties.class)
    static class ImageUrls {

        @Bean
        ImageUrlOptions glimpseImageUrls(GlimpseProperties properties, ObjectProvider<SslBundles> bundles) {
            return new PropertiesMapper(properties)
                    .imageUrls().toBuilder()
                            .sslContext(ImageTrust.of(properties.images().sslBundle(), bundles))
                            .build();
        }
    }

    /** Checks of AI services at the start; a separate class, since LangChain4j's starter may be excluded. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AiServiceRegisteredEvent.class)
    static class AiServiceChecks {

        // Static and light: LangChain4j's events come before other beans are made.
        @Bean
        static ToolsWarning glimpseToolsWarning(
                ConfigurableApplicationContext context, ObjectProvider<GlimpseProperties> properties) {
            return new ToolsWarning(context, properties);
        }

        @Bean
        static MissingChatModelCheck glimpseMissingChatModelCheck(ConfigurableApplicationContext context) {
            return new MissingChatModelCheck(context);
        }

        @Bean
        static ResultTypesWarning glimpseResultTypesWarning(ConfigurableApplicationContext context) {
            return new ResultTypesWarning(context);
        }
    }

    /** Says so where there is none and nobody may have meant it. */
    static final class NoEngine {

        private NoEngine(Environment environment) {
            MissingModel.ENGINE
                    .reason(environment)
                    .ifPresent(reason -> LOG.info("No chat model: {}. {}", reason.cause(), reason.remedy()));
        }
    }

    // A method of this class, since those of the classes within it come first: one of those would miss the engine
    // always.
    @Bean
    @ConditionalOnMissingBean(name = ENGINE)
    NoEngine glimpseNoEngine(Environment environment) {
        return new NoEngine(environment);
    }

    /** What both models and the token count put before requests without a system message. */
    @Bean
    SystemMessageText glimpseSystemMessage(GlimpseProperties properties, ResourceLoader resources) {
        return SystemMessageText.read(properties.generation().systemMessage(), resources);
    }

    @Bean
    @ConditionalOnMissingBean(name = CHAT_MODEL)
    @ConditionalOnBean(name = ENGINE)
    @ConditionalOnSwitch(CHAT_SWITCH)
    GlimpseChatModel glimpseChatModel(
            @Qualifier(ENGINE) LoadedModel engine,
            ObjectProvider<ChatModelListener> listeners,
            ObjectProvider<ModelListener> own,
            ObjectProvider<RequestTracer> tracer,
            ImageUrlOptions imageUrls,
            SystemMessageText systemMessage,
            GlimpseProperties properties) {
        return GlimpseChatModel.builder()
                .model(engine)
                .imageUrls(imageUrls)
                .listeners(joined(listeners, own))
                .systemMessage(systemMessage.text())
                .returnThinking(properties.thinking().returned())
                .sendThinking(properties.thinking().send())
                .tools(new PropertiesMapper(properties).tools())
                .structured(new PropertiesMapper(properties).structured())
                .tracer(tracer.getIfAvailable(() -> RequestTracer.NONE))
                .build();
    }

    @Bean
    @ConditionalOnMissingBean(name = STREAMING_CHAT_MODEL)
    @ConditionalOnBean(name = ENGINE)
    @ConditionalOnSwitch(STREAMING_SWITCH)
    GlimpseStreamingChatModel glimpseStreamingChatModel(
            @Qualifier(ENGINE) LoadedModel engine,
            ObjectProvider<ChatModelListener> listeners,
            ObjectProvider<ModelListener> own,
            ObjectProvider<RequestTracer> tracer,
            ImageUrlOptions imageUrls,
            SystemMessageText systemMessage,
            GlimpseProperties properties) {
        return GlimpseStreamingChatModel.builder()
                .model(engine)
                .imageUrls(imageUrls)
                .listeners(joined(listeners, own))
                .systemMessage(systemMessage.text())
                .returnThinking(properties.thinking().returned())
                .sendThinking(properties.thinking().send())
                .tools(new PropertiesMapper(properties).tools())
                .structured(new PropertiesMapper(properties).structured())
                .tracer(tracer.getIfAvailable(() -> RequestTracer.NONE))
                .build();
    }

    @Bean
    @ConditionalOnMissingBean(name = "glimpseTokenCountEstimator")
    @ConditionalOnBean(name = ENGINE)
    GlimpseTokenCountEstimator glimpseTokenCountEstimator(
            @Qualifier(ENGINE) LoadedModel engine,
            ImageUrlOptions imageUrls,
            SystemMessageText systemMessage,
            GlimpseProperties properties) {
        return new GlimpseTokenCountEstimator(
                engine,
                imageUrls,
                systemMessage.text(),
                new PropertiesMapper(properties).tools().mode());
    }

    @Bean(LOGGER)
    @ConditionalOnMissingBean(name = LOGGER)
    @Conditional(OnLoggingCondition.class)
    ModelListener glimpseChatLogger(GlimpseProperties properties) {
        return new ModelListener(new GlimpseChatLogger(properties.logging().topics()));
    }

    @Bean
    @ConditionalOnMissingBean(name = "glimpseLifecycle")
    GlimpseLifecycle glimpseLifecycle(ConfigurableApplicationContext context) {
        return new GlimpseLifecycle(context);
    }

    private static List<ChatModelListener> joined(
            ObjectProvider<ChatModelListener> listeners, ObjectProvider<ModelListener> own) {
        return Stream.concat(listeners.orderedStream(), own.orderedStream().map(ModelListener::listener))
                .toList();
    }
}
