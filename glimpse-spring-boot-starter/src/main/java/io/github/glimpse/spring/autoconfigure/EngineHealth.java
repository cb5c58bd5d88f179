package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.serve.EngineState;
import io.github.glimpse.serve.ModelEngine;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What health says about an engine, for the types of either Spring Boot. Runs nothing and touches no native memory.
 *
 * <p>UP once the model is loaded and warmed up; OUT_OF_SERVICE while it loads, and from the beginning of the shutdown on; DOWN if
 * it could not be loaded, and after a request died of the native library or of lack of memory, until the next one is
 * answered. Requests are still taken then, so where health decides about traffic leave it a way to them, or restart. DOWN for good,
 * with the action "restart", if the GPU was lost: then no request is taken. UNKNOWN, which is no reason to hold traffic back, if the
 * first request is to load the model and there was none.
 */
final class EngineHealth {

    private final ModelEngine engine;

    EngineHealth(ModelEngine engine) {
        this.engine = engine;
    }

    /** The code of the status. */
    String status() {
        return switch (engine.state()) {
            case READY -> "UP";
            case LOADING, DRAINING, CLOSED -> "OUT_OF_SERVICE";
            case FAILING, FAILED, LOAD_FAILED -> "DOWN";
            case UNLOADED -> "UNKNOWN";
        };
    }

    /** State, model, device, dtype, how much of its weights is packed while that goes on, what its operator should know though it answers, and how many requests run and wait. */
    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", engine.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        details.put("model", engine.name());
        details.put("device", engine.deviceName());
        details.put("dtype", engine.dtypeName());
        if (engine.state() == EngineState.FAILED) {
            details.put("action", "restart");
        }
        if (!engine.warnings().isEmpty()) {
            details.put("warnings", engine.warnings());
        }
        if (!engine.packing().isDone()) {
            details.put("packing", engine.packing().toString());
        }
        details.put("active", engine.activeRequests());
        details.put("queue", engine.queuedRequests());
        return details;
    }
}
