package io.github.glimpse.spring.openai;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after the silences of all streams, on one thread. */
final class KeepAlive implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeepAlive.class);

    /** Looks per silence, so that none is much longer than it may be. */
    private static final int LOOKS = 4;

    private final Duration silence;
    private final Set<ChatStream> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "glimpse-openai-keep-alive");
        daemon.setDaemon(true);
        return daemon;
    });

    KeepAlive(Duration silence) {
        this.silence = silence;
        long millis = Math.max(10, silence.toMillis() / LOOKS);
        var unused = thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }

    void watch(ChatStream stream) {
        streams.add(stream);
    }

    private void look() {
        streams.removeIf(ChatStream::isEnded);
        streams.forEach(this::look);
    }

    /** Whatever a stream fails by, the others are looked after, and at the next time too. */
    private void look(ChatStream stream) {
        try {
            stream.keepAlive(silence);
        } catch (RuntimeException | Error e) {
            LOG.warn("A silent stream could not be looked after: {}", e.toString());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
