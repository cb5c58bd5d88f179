package io.github.glimpse.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Says which property makes a model appear that somebody asks for and that Glimpse left out. Spring Boot's own text has the
 * conditions of all auto-configurations, and not what to set.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingModelFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

    private final Environment environment;

    MissingModelFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, NoSuchBeanDefinitionException cause, @Nullable String description) {
        if (cause instanceof NoUniqueBeanDefinitionException) {
            return null;
        }
        ResolvableType asked = cause.getResolvableType();
        Class<?> type = asked == null ? null : asked.resolve();
        return MissingModel.asked(type, cause.getBeanName())
                .flatMap(model -> model.reason(environment))
                .map(reason -> new FailureAnalysis(
                        (description == null ? "A component" : description) + " required "
                                + (type == null
                                        ? "a bean named '" + cause.getBeanName() + "'"
                                        : "a bean of type '" + type.getName() + "'")
                                + " that could not be found: " + reason.cause() + ".",
                        reason.remedy() + ". Or add another library or bean that makes one.",
                        cause))
                .orElse(null);
    }
}
