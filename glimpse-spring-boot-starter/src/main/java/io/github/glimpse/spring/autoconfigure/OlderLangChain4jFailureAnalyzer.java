package io.github.glimpse.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Failure analyzer for a missing class or method of LangChain4j: names the versions on the class path and the lines for the
 * build. It has the highest precedence, because other analyzers describe consequences of the same error.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class OlderLangChain4jFailureAnalyzer implements FailureAnalyzer {

    private final LangChain4jVersion version;

    OlderLangChain4jFailureAnalyzer() {
        this(LangChain4jVersion.ofClassPath());
    }

    OlderLangChain4jFailureAnalyzer(LangChain4jVersion version) {
        this.version = version;
    }

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isMissing(cause) && (version.isTooOld() || version.isMixed())) {
                return new FailureAnalysis(
                        version.description() + ". Not there: " + cause.getMessage(),
                        LangChain4jVersion.remedy(),
                        failure);
            }
        }
        return null;
    }

    private static boolean isMissing(Throwable cause) {
        boolean link = cause instanceof LinkageError
                || cause instanceof TypeNotPresentException
                || cause instanceof ClassNotFoundException;
        return link && String.valueOf(cause.getMessage()).replace('/', '.').contains("dev.langchain4j.");
    }
}
