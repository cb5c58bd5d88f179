package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.scoring.ScoringModel;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.embedding.ScoringListener;
import io.github.glimpse.embedding.SegmentPictures;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningStrategyFactory;
import java.util.List;
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
 * A model that tells how well texts fit a picture, off by default: {@code glimpseScoringEngine}, which owns the memory, and
 * {@code glimpseScoringModel}. Each backs off for a bean of its name. The engine is of the chat model's type, so it is injected
 * only where it is asked for by its name.
 */
@AutoConfiguration(after = GlimpseAutoConfiguration.class)
@ConditionalOnClass({LoadedModel.class, ScoringModel.class})
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
public final class GlimpseScoringAutoConfiguration {

    static final String SWITCH = "glimpse.scoring-model.enabled";
    static final String ENGINE = "glimpseScoringEngine";
    static final String MODEL = "glimpseScoringModel";

    GlimpseScoringAutoConfiguration() {}

    /** The engine and its view. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = SWITCH, byDefault = false)
    @EnableConfigurationProperties(GlimpseProperties.class)
    static class Scoring {

        @Bean
        @ConditionalOnMissingBean(name = MODEL)
        GlimpseScoringModel glimpseScoringModel(
                @Qualifier(ENGINE) LoadedModel engine,
                GlimpseProperties properties,
                ObjectProvider<SegmentPictures> pictures,
                ObjectProvider<ScoringListener> listeners) {
            return GlimpseScoringModel.builder()
                    .model(engine)
                    .score(properties.scoringModel().score())
                    .pictures(pictures.getIfAvailable())
                    .listeners(listeners.orderedStream().toList())
                    .build();
        }

        /** What is loaded. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnMissingBean(name = ENGINE)
        static class Engine {

            /** Closed after the engine, since that depends on it. */
            @Bean(destroyMethod = "close")
            ModelSources glimpseScoringSources(GlimpseProperties properties, ResourceLoader resources) {
                return EngineLoading.scoringSources(properties, resources.getClassLoader());
            }

            @Bean(name = ENGINE, destroyMethod = "close", defaultCandidate = false)
            LoadedModel glimpseScoringEngine(
                    GlimpseProperties properties,
                    @Qualifier("glimpseScoringSources") ModelSources sources,
                    ObjectProvider<PruningStrategyFactory> strategies) {
                List<PruningStrategyFactory> own = strategies.orderedStream().toList();
                EngineOptions options = new PropertiesMapper(properties).scoring(sources, own);
                new StrategyKeys(own)
                        .check(
                                PropertiesMapper.SCORING_PRUNING,
                                properties.scoringModel().pruning());
                return EngineLoading.scoring(options);
            }
        }
    }
}
