package io.github.glimpse.chat;

import io.github.glimpse.prune.PruningOptions;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pruning of the requests that the current thread makes, whatever they say themselves. For {@link LessPruningOutputGuardrail}:
 * LangChain4j lets a guardrail send a request once more, but not change its parameters.
 */
final class PruningOverride {

    private static final ThreadLocal<@Nullable PruningOptions> CURRENT = new ThreadLocal<>();

    private PruningOverride() {}

    /** Does something that sends requests on this thread. */
    static <T> T during(PruningOptions options, Supplier<T> work) {
        PruningOptions before = CURRENT.get();
        CURRENT.set(options);
        try {
            return work.get();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /** The pruning of a request that asks for {@code own}. */
    static PruningOptions of(PruningOptions own) {
        PruningOptions current = CURRENT.get();
        return current == null ? own : current.orElse(own);
    }
}
