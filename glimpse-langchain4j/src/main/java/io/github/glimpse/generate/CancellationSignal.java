package io.github.glimpse.generate;

/** The caller's way to stop a request. It ends at the next layer or token. Safe for concurrent use. */
public final class CancellationSignal {

    private volatile boolean cancelled;

    /** A signal that is not given yet. */
    public CancellationSignal() {}

    /** Gives the signal; further calls do nothing. */
    public void cancel() {
        cancelled = true;
    }

    /** Whether the signal was given. */
    public boolean isCancelled() {
        return cancelled;
    }
}
