package io.github.glimpse.serve;

/** What an engine is doing, for health checks and balancers. Asking for it runs nothing. */
public enum EngineState {
    /** The model is loaded when the first request comes. */
    UNLOADED,
    /** The model is being fetched, read or warmed up; requests wait for it. */
    LOADING,
    /** Requests are answered. */
    READY,
    /**
     * The last request that got as far as the model died of the native library, of lack of memory or of numbers that
     * are none (NaN, infinity). Requests are still
     * taken; the next one that is answered makes it {@link #READY} again.
     */
    FAILING,
    /** The GPU was lost: every request is refused at once until the process is started anew. */
    FAILED,
    /** The model could not be loaded, and will not be. */
    LOAD_FAILED,
    /** New requests are refused; those that were there are finishing. */
    DRAINING,
    /** Closed. */
    CLOSED
}
