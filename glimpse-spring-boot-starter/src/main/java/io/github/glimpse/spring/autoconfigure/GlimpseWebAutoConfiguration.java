package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.generate.LoadedModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;

/** What Glimpse's errors are to HTTP, in an application with Spring MVC. Backs off for a bean of its name. */
@AutoConfiguration(after = GlimpseAutoConfiguration.class)
@ConditionalOnClass({LoadedModel.class, DispatcherServlet.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
@EnableConfigurationProperties(GlimpseProperties.class)
public final class GlimpseWebAutoConfiguration {

    static final String ADVICE = "glimpseProblemDetails";

    GlimpseWebAutoConfiguration() {}

    @Bean(ADVICE)
    @ConditionalOnMissingBean(name = ADVICE)
    @ConditionalOnSwitch("glimpse.web.problem-details.enabled")
    ProblemDetailsAdvice glimpseProblemDetails(GlimpseProperties properties) {
        return new ProblemDetailsAdvice(properties.web().problemDetails().retryAfter());
    }
}
