package io.github.glimpse.request;

import io.github.glimpse.generate.CancellationSignal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Thread-local cancellation signal: that of the requests which this thread sends. */
public final class CurrentSignal {

    private static final ThreadLocal<@Nullable CancellationSignal> CURRENT = new ThreadLocal<>();

    private CurrentSignal() {}

    /** Sends requests on this thread that the signal ends. */
    public static <T> T during(CancellationSignal signal, Supplier<T> send) {
        CancellationSignal before = CURRENT.get();
        CURRENT.set(signal);
        try {
            return send.get();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /** The sender's signal; a new one if it has set none. */
    public static CancellationSignal get() {
        CancellationSignal current = CURRENT.get();
        return current == null ? new CancellationSignal() : current;
    }
}
