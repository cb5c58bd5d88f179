package io.github.glimpse.spring.autoconfigure;

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
        after = GlimpseAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({LoadedModel.class, MeterRegistry.class})
@ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
@ConditionalOnSingleCandidate(MeterRegistry.class)
@ConditionalOnSwitch("glimpse.observability.meters")
public final class GlimpseMetersAutoConfiguration {

    static final String METERS = "glimpseMeters";

    GlimpseMetersAutoConfiguration() {}

    @Bean(METERS)
    @ConditionalOnMissingBean(name = METERS)
    ModelListener glimpseMeters(
            MeterRegistry registry, @Qualifier(GlimpseAutoConfiguration.ENGINE) LoadedModel engine) {
        return new ModelListener(new GlimpseMeters(registry, engine));
    }
}
