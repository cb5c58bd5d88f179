package io.github.glimpse.chat;

import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.request.CurrentSignal;
import java.util.function.Supplier;

/**
 * Cancellation of requests by their sender, at any time and from any thread. LangChain4j's handle comes with the first piece of a
 * streamed answer, and a request may wait and read its prompt for long before that; other requests have none.
 *
 * <pre>{@code
 * CancellationSignal signal = new CancellationSignal();
 * SenderSignal.during(signal, () -> streamingModel.chat(request, handler));
 * // later, from any thread
 * signal.cancel();
 * }</pre>
 *
 * <p>After the signal the handler of a stream hears nothing more; other requests end with an exception.
 */
public final class SenderSignal {

    private SenderSignal() {}

    /**
     * Sends requests on this thread that the signal ends.
     *
     * @param send calls a {@link GlimpseStreamingChatModel}; models of other libraries do not know of the signal
     */
    public static void during(CancellationSignal signal, Runnable send) {
        CurrentSignal.during(signal, () -> {
            send.run();
            return signal;
        });
    }

    /**
     * Sends requests on this thread that the signal ends.
     *
     * @param send calls a {@link GlimpseChatModel} or a {@link io.github.glimpse.embedding.GlimpseEmbeddingModel}
     * @return the result of {@code send}
     */
    public static <T> T during(CancellationSignal signal, Supplier<T> send) {
        return CurrentSignal.during(signal, send);
    }
}
