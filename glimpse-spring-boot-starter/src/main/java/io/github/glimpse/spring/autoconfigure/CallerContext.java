package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTrace.Binding;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.function.Supplier;

/**
 * Takes what the caller's thread knows (its logging context, its security, its observation) over to the thread that
 * generates, where the application has Micrometer's context propagation.
 */
@FunctionalInterface
interface CallerContext {

    /** What the calling thread knows now; called on another thread the result gives it to that one until it is closed. */
    Supplier<Binding> capture();

    /** Takes nothing over. */
    static CallerContext none() {
        return () -> () -> () -> {};
    }

    /** Takes over whatever the application has registered an accessor for. */
    static CallerContext propagated() {
        ContextSnapshotFactory factory = ContextSnapshotFactory.builder().build();
        return () -> {
            ContextSnapshot snapshot = factory.captureAll();
            return () -> snapshot.setThreadLocals()::close;
        };
    }
}
