package io.github.glimpse.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/**
 * Names wrong values by their keys and the places where they are set. Spring Boot's own text has the Java names of nested
 * values, and not their places.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class WrongValueFailureAnalyzer extends AbstractFailureAnalyzer<BindValidationException> {

    private final Environment environment;

    WrongValueFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindValidationException cause) {
        if (!cause.getValidationErrors().getName().toString().equals(GlimpseProperties.PREFIX)) {
            return null;
        }
        StringBuilder description = new StringBuilder("Properties of Glimpse have values that cannot be used:");
        for (ObjectError error : cause.getValidationErrors().getAllErrors()) {
            if (error instanceof FieldError field) {
                String key = GlimpseProperties.PREFIX + "." + DataObjectPropertyName.toDashedForm(field.getField());
                description
                        .append(System.lineSeparator())
                        .append("    ")
                        .append(key)
                        .append(field.getRejectedValue() == null ? "" : " = " + field.getRejectedValue())
                        .append(": ")
                        .append(field.getDefaultMessage())
                        .append(origin(key));
            }
        }
        return new FailureAnalysis(description.toString(), "Correct these values.", cause);
    }

    private String origin(String key) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of(key);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null && property.getOrigin() != null) {
                return " (" + property.getOrigin() + ")";
            }
        }
        return "";
    }
}
