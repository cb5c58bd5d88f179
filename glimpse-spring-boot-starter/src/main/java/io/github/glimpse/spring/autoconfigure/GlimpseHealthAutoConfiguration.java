package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.serve.ModelEngine;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The health contributors {@code glimpse}, {@code glimpseEmbedding} and {@code glimpseScoring}, one for each engine that there is:
 * what {@link EngineHealth} says. Each backs off for a bean of its name.
 *
 * <p>Spring Boot 4 moved the health types. One half is compiled against each home of them, and only that half is read whose
 * types the application has.
 */
@AutoConfiguration(
        after = {
            GlimpseAutoConfiguration.class,
            GlimpseEmbeddingAutoConfiguration.class,
            GlimpseScoringAutoConfiguration.class
        })
@ConditionalOnClass(LoadedModel.class)
public final class GlimpseHealthAutoConfiguration {

    static final String INDICATOR = "glimpseHealthIndicator";
    static final String EMBEDDING_INDICATOR = "glimpseEmbeddingHealthIndicator";
    static final String SCORING_INDICATOR = "glimpseScoringHealthIndicator";
    static final String BOOT3_TYPE = "org.springframework.boot.actuate.health.HealthIndicator";
    static final String BOOT4_TYPE = "org.springframework.boot.health.contributor.HealthIndicator";

    GlimpseHealthAutoConfiguration() {}

    /** The types of {@code spring-boot-actuator} 3. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = BOOT3_TYPE)
    @org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator("glimpse")
    static class Boot3 {

        @Bean
        @ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
        @ConditionalOnMissingBean(name = INDICATOR)
        org.springframework.boot.actuate.health.HealthIndicator glimpseHealthIndicator(
                @Qualifier(GlimpseAutoConfiguration.ENGINE) LoadedModel engine) {
            return indicator(engine);
        }

        @Bean
        @ConditionalOnBean(name = GlimpseEmbeddingAutoConfiguration.ENGINE)
        @ConditionalOnMissingBean(name = EMBEDDING_INDICATOR)
        org.springframework.boot.actuate.health.HealthIndicator glimpseEmbeddingHealthIndicator(
                @Qualifier(GlimpseEmbeddingAutoConfiguration.ENGINE) EmbeddingEngine engine) {
            return indicator(engine);
        }

        @Bean
        @ConditionalOnBean(name = GlimpseScoringAutoConfiguration.ENGINE)
        @ConditionalOnMissingBean(name = SCORING_INDICATOR)
        org.springframework.boot.actuate.health.HealthIndicator glimpseScoringHealthIndicator(
                @Qualifier(GlimpseScoringAutoConfiguration.ENGINE) LoadedModel engine) {
            return indicator(engine);
        }

        private static org.springframework.boot.actuate.health.HealthIndicator indicator(ModelEngine engine) {
            EngineHealth health = new EngineHealth(engine);
            return () -> {
                org.springframework.boot.actuate.health.Health.Builder builder =
                        new org.springframework.boot.actuate.health.Health.Builder();
                return builder.status(health.status())
                        .withDetails(health.details())
                        .build();
            };
        }
    }

    /** The types of {@code spring-boot-health} 4. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = BOOT4_TYPE)
    @ConditionalOnMissingClass(BOOT3_TYPE)
    @org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator("glimpse")
    static class Boot4 {

        @Bean
        @ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
        @ConditionalOnMissingBean(name = INDICATOR)
        org.springframework.boot.health.contributor.HealthIndicator glimpseHealthIndicator(
                @Qualifier(GlimpseAutoConfiguration.ENGINE) LoadedModel engine) {
            return indicator(engine);
        }

        @Bean
        @ConditionalOnBean(name = GlimpseEmbeddingAutoConfiguration.ENGINE)
        @ConditionalOnMissingBean(name = EMBEDDING_INDICATOR)
        org.springframework.boot.health.contributor.HealthIndicator glimpseEmbeddingHealthIndicator(
                @Qualifier(GlimpseEmbeddingAutoConfiguration.ENGINE) EmbeddingEngine engine) {
            return indicator(engine);
        }

        @Bean
        @ConditionalOnBean(name = GlimpseScoringAutoConfiguration.ENGINE)
        @ConditionalOnMissingBean(name = SCORING_INDICATOR)
        org.springframework.boot.health.contributor.HealthIndicator glimpseScoringHealthIndicator(
                @Qualifier(GlimpseScoringAutoConfiguration.ENGINE) LoadedModel engine) {
            return indicator(engine);
        }

        private static org.springframework.boot.health.contributor.HealthIndicator indicator(ModelEngine engine) {
            EngineHealth health = new EngineHealth(engine);
            return () -> {
                org.springframework.boot.health.contributor.Health.Builder builder =
                        new org.springframework.boot.health.contributor.Health.Builder();
                return builder.status(health.status())
                        .withDetails(health.details())
                        .build();
            };
        }
    }
}
