package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.RequestTrace;
import io.github.glimpse.chat.RequestTracer;
import io.github.glimpse.generate.LoadedModel;
import io.micrometer.observation.ObservationRegistry;

/** Makes the {@link GlimpseObservation}s of each request. */
final class GlimpseTracer implements RequestTracer {

    /** Whether stages are observed too. */
    enum Depth {
        REQUESTS,
        STAGES
    }

    private final ObservationRegistry registry;
    private final LoadedModel engine;
    private final Depth depth;
    private final CallerContext context;

    GlimpseTracer(ObservationRegistry registry, LoadedModel engine, Depth depth, CallerContext context) {
        this.registry = registry;
        this.engine = engine;
        this.depth = depth;
        this.context = context;
    }

    @Override
    public RequestTrace begin() {
        return registry.isNoop()
                ? RequestTrace.NONE
                : new ObservedRequest(registry, engine.name(), depth, context.capture());
    }
}
