package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.generate.LoadedModel;
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
        after = GlimpseAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass({LoadedModel.class, ObservationRegistry.class})
@ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
@ConditionalOnSingleCandidate(ObservationRegistry.class)
@ConditionalOnMissingBean(RequestTracer.class)
@ConditionalOnSwitch("glimpse.observability.observations")
public final class GlimpseObservationAutoConfiguration {

    GlimpseObservationAutoConfiguration() {}

    @Bean
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

    /** With {@code io.micrometer:context-propagation}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ContextSnapshotFactory.class)
    static class Propagation {

        @Bean
        CallerContext glimpseCallerContext() {
            return CallerContext.propagated();
        }
    }

    /** Without it the caller's observation is still the parent, since requests are begun on its thread. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("io.micrometer.context.ContextSnapshotFactory")
    static class NoPropagation {

        @Bean
        CallerContext glimpseCallerContext() {
            return CallerContext.none();
        }
    }
}
