package io.github.glimpse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * Time limit of the profile {@code thorough}: skips each test that would begin after {@code -Dglimpse.thorough.minutes=N}, counted
 * from the start of the build, and each {@link TestCategory.Soak} that would end after it. Appends the name of each skipped test
 * to the file {@code glimpse.thorough.report}, which all modules and forks share. No limit without that property.
 */
public final class TimeBudget implements ExecutionCondition, InvocationInterceptor {

    private final InstantSource clock;
    private final @Nullable Instant end;
    private final Path report;

    public TimeBudget() {
        this(
                InstantSource.system(),
                end(),
                Path.of(System.getProperty("glimpse.thorough.report", "target/not-run.txt")));
    }

    TimeBudget(InstantSource clock, @Nullable Instant end, Path report) {
        this.clock = clock;
        this.end = end;
        this.report = report;
    }

    private static @Nullable Instant end() {
        String minutes = System.getProperty("glimpse.thorough.minutes", "");
        return minutes.isBlank()
                ? null
                : Instant.parse(System.getProperty("glimpse.thorough.started")).plus(minutes(minutes));
    }

    private static Duration minutes(String minutes) {
        return Duration.ofMillis(Math.round(Double.parseDouble(minutes) * 60_000));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (end == null) {
            return ConditionEvaluationResult.enabled("no time limit");
        }
        Duration length = context.getElement().map(TimeBudget::length).orElse(Duration.ZERO);
        if (fits(length)) {
            return ConditionEvaluationResult.enabled("begins before " + end);
        }
        String name = name(context);
        record(name, length);
        return ConditionEvaluationResult.disabled(name + " does not fit: the time limit ends at " + end);
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation, DynamicTestInvocationContext dynamic, ExtensionContext context)
            throws Throwable {
        if (fits(Duration.ZERO)) {
            invocation.proceed();
            return;
        }
        invocation.skip();
        record(name(context), Duration.ZERO);
        throw new TestAbortedException("does not fit: the time limit ends at " + end);
    }

    private boolean fits(Duration length) {
        Instant now = clock.instant();
        return end == null || (now.isBefore(end) && !now.plus(length).isAfter(end));
    }

    /** The least duration of a soak; zero for others. */
    private static Duration length(AnnotatedElement element) {
        return AnnotationSupport.findAnnotation(element, TestCategory.Soak.class)
                .map(soak -> soak.property().isEmpty()
                        ? minutes(Double.toString(soak.minutes()))
                        : minutes(System.getProperty(soak.property(), Double.toString(soak.minutes()))))
                .orElse(Duration.ZERO);
    }

    /** Class and method, then the names of the case and of the containers it is in. */
    private static String name(ExtensionContext context) {
        StringBuilder cases = new StringBuilder();
        ExtensionContext at = context;
        while (at.getElement().isEmpty() && at.getParent().isPresent()) {
            cases.insert(0, " " + at.getDisplayName().replaceAll("\\s+", " "));
            at = at.getParent().get();
        }
        String type = at.getTestClass().map(Class::getName).orElse("");
        String method = at.getTestMethod().map(found -> "." + found.getName()).orElse("");
        boolean isInvocation =
                at.getTestMethod().isPresent() && at.getDisplayName().startsWith("[");
        return type + method + (isInvocation ? " " + at.getDisplayName() : "") + cases;
    }

    /** One short write in append mode per name, so that forks can share the file. */
    private void record(String name, Duration length) {
        String needs = length.isZero() ? "" : " (takes " + length.toSeconds() + " s)";
        System.out.println("Does not fit in the time limit: " + name + needs);
        try {
            Path folder = report.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.write(report, List.of(name + needs), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot append to " + report, e);
        }
    }
}
