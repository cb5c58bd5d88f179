package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.generate.LoadedModel;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** The endpoint {@code glimpse}, where Actuator exposes it: {@code management.endpoints.web.exposure.include=glimpse}. */
@AutoConfiguration(
        after = {
            GlimpseAutoConfiguration.class,
            GlimpseEmbeddingAutoConfiguration.class,
            GlimpseScoringAutoConfiguration.class
        })
@ConditionalOnClass({LoadedModel.class, Endpoint.class, ConditionalOnAvailableEndpoint.class})
@Conditional(OnAnyEngineCondition.class)
@ConditionalOnAvailableEndpoint(GlimpseEndpoint.class)
public final class GlimpseEndpointAutoConfiguration {

    GlimpseEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    GlimpseEndpoint glimpseEndpoint(
            @Qualifier(GlimpseAutoConfiguration.ENGINE) ObjectProvider<LoadedModel> chat,
            @Qualifier(GlimpseEmbeddingAutoConfiguration.ENGINE) ObjectProvider<EmbeddingEngine> embedding,
            @Qualifier(GlimpseScoringAutoConfiguration.ENGINE) ObjectProvider<LoadedModel> scoring) {
        return new GlimpseEndpoint(chat.getIfAvailable(), embedding.getIfAvailable(), scoring.getIfAvailable());
    }

    @Bean
    @ConditionalOnMissingBean(name = "glimpseEndpointListener")
    ModelListener glimpseEndpointListener(GlimpseEndpoint endpoint) {
        return new ModelListener(endpoint.listener());
    }
}
