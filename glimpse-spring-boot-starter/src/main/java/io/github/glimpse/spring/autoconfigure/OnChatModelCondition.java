package io.github.glimpse.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches unless the application wants a model for vectors or scores and names no other: then none is missing. */
final class OnChatModelCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Glimpse model");
        return MissingModel.withoutEngine(Binder.get(context.getEnvironment()))
                .map(reason -> ConditionOutcome.noMatch(message.because(reason.cause())))
                .orElseGet(() -> ConditionOutcome.match(message.because("a chat model is wanted")));
    }
}
