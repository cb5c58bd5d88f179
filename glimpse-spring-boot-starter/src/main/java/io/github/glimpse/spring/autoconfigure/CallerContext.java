package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTrace.Binding;
import java.util.function.Supplier;

/**
 * Takes what the caller's thread knows (its logging context, its security, its observation) over to the thread that
 * generates, where the application has Micrometer's context propagation. Names no type of that: Spring looks at each method.
 */
@FunctionalInterface
interface CallerContext {

    /** What the calling thread knows now; called on another thread the result gives it to that one until it is closed. */
    Supplier<Binding> capture();
}
