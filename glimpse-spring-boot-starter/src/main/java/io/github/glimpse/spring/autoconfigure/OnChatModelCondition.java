package io.github.glimpse.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Matches unless the application wants an embedding model and names no other: then none is missing. */
final class OnChatModelCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Binder binder = Binder.get(context.getEnvironment());
        boolean named = StringUtils.hasText(
                binder.bind(PropertiesMapper.LOCATION, String.class).orElse(""));
        boolean embeds = binder.bind(GlimpseEmbeddingAutoConfiguration.SWITCH, Boolean.class)
                .orElse(false);
        return new ConditionOutcome(
                named || !embeds,
                ConditionMessage.forCondition("Glimpse model")
                        .because(PropertiesMapper.LOCATION + (named ? " is set" : " is not set") + ", "
                                + GlimpseEmbeddingAutoConfiguration.SWITCH + " is " + embeds));
    }
}
