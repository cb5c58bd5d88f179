package io.github.glimpse.chat;

/**
 * Follows requests from their arrival to their end, over threads and stages: the door for tracing. The Spring Boot starter's
 * observations are one. Safe for concurrent use.
 */
@FunctionalInterface
public interface RequestTracer {

    /** Follows nothing. */
    RequestTracer NONE = () -> RequestTrace.NONE;

    /** A request has arrived. Called on the thread of its caller, before anything is checked. */
    RequestTrace begin();
}
