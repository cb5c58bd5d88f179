package io.github.glimpse.spring.autoconfigure;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Matches unless the application wants a model for vectors or scores and names no other: then none is missing. */
final class OnChatModelCondition extends SpringBootCondition {

    private static final List<String> OTHERS =
            List.of(GlimpseEmbeddingAutoConfiguration.SWITCH, GlimpseScoringAutoConfiguration.SWITCH);

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Binder binder = Binder.get(context.getEnvironment());
        boolean named = StringUtils.hasText(
                binder.bind(PropertiesMapper.LOCATION, String.class).orElse(""));
        List<String> wanted = OTHERS.stream()
                .filter(key -> binder.bind(key, Boolean.class).orElse(false))
                .toList();
        return new ConditionOutcome(
                named || wanted.isEmpty(),
                ConditionMessage.forCondition("Glimpse model")
                        .because(PropertiesMapper.LOCATION + (named ? " is set" : " is not set") + ", true of " + OTHERS
                                + " are " + wanted));
    }
}
