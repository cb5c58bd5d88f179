package io.github.glimpse.spring.autoconfigure;

import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Reads the property of {@link ConditionalOnSwitch}; unset is what that says. */
final class OnSwitchCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Map<String, Object> attributes = metadata.getAnnotationAttributes(ConditionalOnSwitch.class.getName());
        String key = attributes == null ? "" : String.valueOf(attributes.get("value"));
        boolean byDefault = attributes == null || Boolean.TRUE.equals(attributes.get("byDefault"));
        boolean on =
                Binder.get(context.getEnvironment()).bind(key, Boolean.class).orElse(byDefault);
        return new ConditionOutcome(
                on, ConditionMessage.forCondition(ConditionalOnSwitch.class).because(key + " is " + on));
    }
}
