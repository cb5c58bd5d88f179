package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.generate.LoadedModel;
import java.util.LinkedHashMap;
import java.util.Map;

/** What health says about the engine, for the types of either Spring Boot. Runs nothing and touches no native memory. */
final class EngineHealth {

    private final LoadedModel engine;

    EngineHealth(LoadedModel engine) {
        this.engine = engine;
    }

    /** Whether the engine takes requests. It does from the moment that it is a bean until it is closed. */
    boolean isUp() {
        return !engine.isClosed();
    }

    /** Model, device, dtype, and how many requests run and wait. */
    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("model", engine.name());
        details.put("device", engine.deviceName());
        details.put("dtype", engine.dtypeName());
        details.put("active", engine.activeRequests());
        details.put("queue", engine.queuedRequests());
        return details;
    }
}
