package io.github.glimpse.engine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Test condition: runs a test or a class only where the machine has all the named features; the skip's reason names the missing one. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresHardware.Condition.class)
public @interface RequiresHardware {

    /** Features that the test needs. */
    HardwareFeature[] value();

    /** Evaluates the annotation. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<HardwareFeature> missing =
                    AnnotationSupport.findAnnotation(context.getElement(), RequiresHardware.class).stream()
                            .flatMap(required -> Arrays.stream(required.value()))
                            .filter(feature -> !feature.isHere())
                            .findFirst();
            return missing.map(feature ->
                            ConditionEvaluationResult.disabled("needs " + feature + " (" + feature.sentence() + ")"))
                    .orElseGet(() -> ConditionEvaluationResult.enabled("the machine has what is needed"));
        }
    }
}
