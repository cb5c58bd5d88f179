package io.github.glimpse.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;

/** Matches if there is an engine of any kind. */
final class OnAnyEngineCondition extends AnyNestedCondition {

    OnAnyEngineCondition() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnBean(name = GlimpseAutoConfiguration.ENGINE)
    static class Chat {}

    @ConditionalOnBean(name = GlimpseEmbeddingAutoConfiguration.ENGINE)
    static class Embedding {}

    @ConditionalOnBean(name = GlimpseScoringAutoConfiguration.ENGINE)
    static class Scoring {}
}
