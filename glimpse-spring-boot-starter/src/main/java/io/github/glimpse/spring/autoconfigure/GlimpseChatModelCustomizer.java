package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.generate.EngineOptions;

/**
 * Changes what the properties say before the model is loaded, for what no property can say. Beans of this type are called in
 * their order; not called if the application has a {@code glimpseEngine} of its own.
 *
 * <pre>{@code
 * @Bean
 * GlimpseChatModelCustomizer patience(Environment environment) {
 *     return options -> options.timeout(environment.matchesProfiles("batch") ? Duration.ofHours(1) : Duration.ofMinutes(1));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface GlimpseChatModelCustomizer {

    /** Sets what it wants to; the builder holds the values of the properties. */
    void customize(EngineOptions.Builder options);
}
