package io.github.glimpse.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if one of {@code glimpse.logging.*} is true. */
final class OnLoggingCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean on = Binder.get(context.getEnvironment())
                .bind(GlimpseProperties.PREFIX + ".logging", GlimpseProperties.Logging.class)
                .map(logging -> !logging.topics().isEmpty())
                .orElse(false);
        return new ConditionOutcome(
                on,
                ConditionMessage.forCondition("glimpse.logging")
                        .because(on ? "something is to be logged" : "nothing is to be logged"));
    }
}
