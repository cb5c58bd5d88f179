package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.ScoringListener;
import io.github.glimpse.generate.LoadedModel;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Observations of Glimpse's requests, where the application has one {@link ObservationRegistry} or a primary one. Named as
 * strings: Spring Boot 4 moved the auto-configuration that makes it.
 */
@AutoConfiguration(
        after = {
            GlimpseAutoConfiguration.class,
            GlimpseEmbeddingAutoConfiguration.class,
            GlimpseScoringAutoConfiguration.class
        },
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass({LoadedModel.class, ObservationRegistry.class})
@ConditionalOnSingleCandidate(ObservationRegistry.class)
@ConditionalOnSwitch("glimpse.observability.observations")
public final class GlimpseObservationAutoConfiguration {

    static final String EMBEDDING_OBSERVATIONS = "glimpseEmbeddingObservations";
    static final String SCORING_OBSERVATIONS = "glimpseScoringObservations";

    GlimpseObservationAutoConfiguration() {}

    @Bean
    @ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
    @ConditionalOnMissingBean(RequestTracer.class)
    RequestTracer glimpseTracer(
            ObservationRegistry registry,
            @Qualifier(GlimpseAutoConfiguration.ENGINE) LoadedModel engine,
            CallerContext context,
            GlimpseProperties properties) {
        return new GlimpseTracer(
                registry,
                engine,
                properties.observability().stages() ? GlimpseTracer.Depth.STAGES : GlimpseTracer.Depth.REQUESTS,
                context);
    }

    @Bean(EMBEDDING_OBSERVATIONS)
    @ConditionalOnBean(name = GlimpseEmbeddingAutoConfiguration.ENGINE)
    @ConditionalOnMissingBean(name = EMBEDDING_OBSERVATIONS)
    EmbeddingListener glimpseEmbeddingObservations(
            ObservationRegistry registry, @Qualifier(GlimpseEmbeddingAutoConfiguration.ENGINE) EmbeddingEngine engine) {
        return new EmbeddingListener(new EmbeddingObservations(registry, engine));
    }

    @Bean(SCORING_OBSERVATIONS)
    @ConditionalOnBean(name = GlimpseScoringAutoConfiguration.ENGINE)
    @ConditionalOnMissingBean(name = SCORING_OBSERVATIONS)
    ScoringListener glimpseScoringObservations(
            ObservationRegistry registry, @Qualifier(GlimpseScoringAutoConfiguration.ENGINE) LoadedModel engine) {
        return new ScoringObservations(registry, engine);
    }

    /** With {@code io.micrometer:context-propagation}: takes over whatever the application has registered an accessor for. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ContextSnapshotFactory.class)
    static class Propagation {

        @Bean
        CallerContext glimpseCallerContext() {
            ContextSnapshotFactory factory = ContextSnapshotFactory.builder().build();
            return () -> {
                ContextSnapshot snapshot = factory.captureAll();
                return () -> snapshot.setThreadLocals()::close;
            };
        }
    }

    /** Without it the caller's observation is still the parent, since requests are begun on its thread. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("io.micrometer.context.ContextSnapshotFactory")
    static class NoPropagation {

        @Bean
        CallerContext glimpseCallerContext() {
            return () -> () -> () -> {};
        }
    }
}
