package io.github.glimpse.spring.openai;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks after the silences of all streams, on one thread. */
final class KeepAlive implements AutoCloseable {

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
        streams.forEach(stream -> stream.keepAlive(silence));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
