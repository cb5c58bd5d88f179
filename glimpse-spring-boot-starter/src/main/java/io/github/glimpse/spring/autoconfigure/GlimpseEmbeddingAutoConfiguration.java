package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.request.ImageUrlOptions;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
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
                    GlimpseProperties properties,
                    @Qualifier("glimpseEmbeddingSources") ModelSources sources,
                    ObjectProvider<PruningStrategyFactory> strategies,
                    Environment environment) {
                StrategyKeys.refuseOldNames(environment);
                List<PruningStrategyFactory> own = strategies.orderedStream().toList();
                EmbeddingOptions options = new PropertiesMapper(properties).embedding(sources, own);
                new StrategyKeys(own)
                        .check(
                                PropertiesMapper.EMBEDDING_PRUNING,
                                properties.embeddingModel().pruning());
                return EngineLoading.embedding(options);
            }
        }
    }
}
