package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.ScoringListener;
import io.github.glimpse.generate.LoadedModel;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Meters of Glimpse's requests, where the application has one {@link MeterRegistry} or a primary one. Named as strings: Spring
 * Boot 4 moved the auto-configurations that make it.
 */
@AutoConfiguration(
        after = {
            GlimpseAutoConfiguration.class,
            GlimpseEmbeddingAutoConfiguration.class,
            GlimpseScoringAutoConfiguration.class
        },
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({LoadedModel.class, MeterRegistry.class})
@ConditionalOnSingleCandidate(MeterRegistry.class)
@ConditionalOnSwitch("glimpse.observability.meters")
public final class GlimpseMetersAutoConfiguration {

    static final String METERS = "glimpseMeters";
    static final String EMBEDDING_METERS = "glimpseEmbeddingMeters";
    static final String SCORING_METERS = "glimpseScoringMeters";

    GlimpseMetersAutoConfiguration() {}

    @Bean(METERS)
    @ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
    @ConditionalOnMissingBean(name = METERS)
    ModelListener glimpseMeters(
            MeterRegistry registry, @Qualifier(GlimpseAutoConfiguration.ENGINE) LoadedModel engine) {
        return new ModelListener(new GlimpseMeters(registry, engine));
    }

    @Bean(EMBEDDING_METERS)
    @ConditionalOnBean(name = GlimpseEmbeddingAutoConfiguration.ENGINE)
    @ConditionalOnMissingBean(name = EMBEDDING_METERS)
    EmbeddingListener glimpseEmbeddingMeters(
            MeterRegistry registry, @Qualifier(GlimpseEmbeddingAutoConfiguration.ENGINE) EmbeddingEngine engine) {
        return new EmbeddingListener(new EmbeddingMeters(registry, engine));
    }

    @Bean(SCORING_METERS)
    @ConditionalOnBean(name = GlimpseScoringAutoConfiguration.ENGINE)
    @ConditionalOnMissingBean(name = SCORING_METERS)
    ScoringListener glimpseScoringMeters(
            MeterRegistry registry, @Qualifier(GlimpseScoringAutoConfiguration.ENGINE) LoadedModel engine) {
        return new ScoringMeters(registry, engine);
    }
}
