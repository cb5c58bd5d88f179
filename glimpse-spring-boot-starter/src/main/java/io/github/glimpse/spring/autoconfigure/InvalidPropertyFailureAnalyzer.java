package io.github.glimpse.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says which property cannot work, its value and why. */
final class InvalidPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPropertyException> {

    private final Environment environment;

    InvalidPropertyFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidPropertyException cause) {
        String value = environment.getProperty(cause.key());
        String now = value == null || value.isBlank() ? "" : " It is '" + value + "' now.";
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action() + now, cause);
    }
}
