package io.github.glimpse.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Whether a folder of documents is named; an empty name, as a variable that is not filled leaves it, names none, and {@code false} neither. */
final class OnDocumentsCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean named = Binder.get(context.getEnvironment())
                .bind(GlimpseDocumentsAutoConfiguration.DOCUMENTS, String.class)
                .map(name -> StringUtils.hasText(name) && !name.equalsIgnoreCase("false"))
                .orElse(false);
        return new ConditionOutcome(
                named,
                ConditionMessage.of(GlimpseDocumentsAutoConfiguration.DOCUMENTS
                        + (named ? " names a folder" : " names no folder")));
    }
}
