package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import io.github.glimpse.chat.ImageUrlOptions;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;

/**
 * A model that makes vectors of pictures and texts, off by default: {@code glimpseEmbeddingEngine}, which owns the memory, and
 * {@code glimpseEmbeddingModel}. Each backs off for a bean of its name. Comes before LangChain4j's, which makes a content retriever
 * where an embedding model is there already.
 */
@AutoConfiguration(after = GlimpseAutoConfiguration.class, beforeName = GlimpseAutoConfiguration.LANGCHAIN4J)
@ConditionalOnClass({EmbeddingEngine.class, EmbeddingModel.class})
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
public final class GlimpseEmbeddingAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseEmbeddingAutoConfiguration.class);

    static final String SWITCH = "glimpse.embedding-model.enabled";
    static final String ENGINE = "glimpseEmbeddingEngine";
    static final String MODEL = "glimpseEmbeddingModel";

    GlimpseEmbeddingAutoConfiguration() {}

    /** The engine and its view. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = SWITCH, byDefault = false)
    @EnableConfigurationProperties(GlimpseProperties.class)
    static class Embedding {

        @Bean
        @ConditionalOnMissingBean(name = MODEL)
        GlimpseEmbeddingModel glimpseEmbeddingModel(
                @Qualifier(ENGINE) EmbeddingEngine engine,
                ObjectProvider<EmbeddingModelListener> listeners,
                ObjectProvider<EmbeddingListener> own,
                ImageUrlOptions imageUrls) {
            return GlimpseEmbeddingModel.builder()
                    .engine(engine)
                    .listeners(Stream.concat(
                                    listeners.orderedStream(),
                                    own.orderedStream().map(EmbeddingListener::listener))
                            .toList())
                    .imageUrls(imageUrls)
                    .build();
        }

        /** What is loaded. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnMissingBean(name = ENGINE)
        static class Engine {

            /** Closed after the engine, since that depends on it. */
            @Bean(destroyMethod = "close")
            ModelSources glimpseEmbeddingSources(GlimpseProperties properties, ResourceLoader resources) {
                return EngineLoading.embeddingSources(properties, resources.getClassLoader());
            }

            @Bean(name = ENGINE, destroyMethod = "close")
            EmbeddingEngine glimpseEmbeddingEngine(
                    GlimpseProperties properties, @Qualifier("glimpseEmbeddingSources") ModelSources sources) {
                StrategyKeys.unread(properties.embeddingModel().pruning())
                        .forEach(key -> LOG.warn(
                                "{} has no effect: without glimpse.embedding-model.pruning.retention-ratio there is no"
                                        + " single cut",
                                key));
                return EngineLoading.embedding(new PropertiesMapper(properties).embedding(sources));
            }
        }
    }
}
