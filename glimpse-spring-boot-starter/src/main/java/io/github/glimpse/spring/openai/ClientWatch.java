package io.github.glimpse.spring.openai;

import io.github.glimpse.chat.SenderSignal;
import io.github.glimpse.generate.CancellationSignal;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disconnect detection for requests without streaming: one thread probes their connections and cancels a request whose client has
 * closed its connection. A request is watched only while its thread waits for the model, so that the two never use the
 * connection at once.
 */
final class ClientWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClientWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Set<Watched> requests = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "glimpse-openai-client-watch");
        daemon.setDaemon(true);
        return daemon;
    });

    ClientWatch() {
        var unused =
                thread.scheduleWithFixedDelay(this::probe, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A request that waits for the model, until it is closed. */
    final class Watched implements AutoCloseable {

        private final ClientConnection connection;
        private final CancellationSignal signal;
        private boolean ended;

        private Watched(ClientConnection connection, CancellationSignal signal) {
            this.connection = connection;
            this.signal = signal;
        }

        private synchronized void probe() {
            try {
                if (!ended && connection.isClosed()) {
                    LOG.debug("The client of a request has closed its connection: the request is cancelled");
                    ended = true;
                    signal.cancel();
                }
            } catch (RuntimeException e) {
                LOG.warn("The connection of a request cannot be probed: {}", e.toString());
                ended = true;
            }
        }

        /** Afterwards the request's thread may use the connection. */
        @Override
        public void close() {
            requests.remove(this);
            synchronized (this) {
                ended = true;
            }
        }
    }

    /**
     * Calls a model on this thread. Where the container does not show the connection the call runs to its end.
     *
     * @throws ClientGoneException if the client has closed its connection, and the model has ended the request for that
     */
    <T> T during(HttpServletRequest request, Supplier<T> call) {
        ClientConnection connection = ClientConnection.of(request);
        if (connection == null) {
            return call.get();
        }
        CancellationSignal signal = new CancellationSignal();
        Watched watched = watch(connection, signal);
        try {
            return SenderSignal.during(signal, call);
        } catch (RuntimeException e) {
            throw signal.isCancelled() ? new ClientGoneException(e) : e;
        } finally {
            watched.close();
        }
    }

    /** Without a stack trace: it only ends the request. */
    static final class ClientGoneException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private ClientGoneException(Throwable cause) {
            super("The client has closed its connection", cause, false, false);
        }
    }

    private Watched watch(ClientConnection connection, CancellationSignal signal) {
        Watched watched = new Watched(connection, signal);
        requests.add(watched);
        return watched;
    }

    private void probe() {
        requests.forEach(Watched::probe);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
