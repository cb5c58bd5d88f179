package io.github.glimpse.chat;

import io.github.glimpse.generate.CancellationSignal;
import org.jspecify.annotations.Nullable;

/**
 * Lets whoever sends a streaming request end it at any time. LangChain4j's handle comes with the first piece of the answer, and a
 * request may wait and read its prompt for long before that.
 *
 * <pre>{@code
 * CancellationSignal signal = new CancellationSignal();
 * SenderSignal.during(signal, () -> streamingModel.chat(request, handler));
 * // later, from any thread
 * signal.cancel();
 * }</pre>
 *
 * <p>After the signal the handler hears nothing more.
 */
public final class SenderSignal {

    private static final ThreadLocal<@Nullable CancellationSignal> CURRENT = new ThreadLocal<>();

    private SenderSignal() {}

    /**
     * Sends requests on this thread that the signal ends.
     *
     * @param send calls a {@link GlimpseStreamingChatModel}; other models do not know of the signal
     */
    public static void during(CancellationSignal signal, Runnable send) {
        CancellationSignal before = CURRENT.get();
        CURRENT.set(signal);
        try {
            send.run();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /** That of the sender; a new one if there is none. */
    static CancellationSignal current() {
        CancellationSignal current = CURRENT.get();
        return current == null ? new CancellationSignal() : current;
    }
}
