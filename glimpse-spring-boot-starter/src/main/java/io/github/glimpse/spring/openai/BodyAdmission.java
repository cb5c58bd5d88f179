package io.github.glimpse.spring.openai;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Admission control for request bodies, before memory is spent on them. Bounds how many are read at once, in total and for each
 * client, and how many bytes the requests in progress hold together. Safe for concurrent use.
 */
final class BodyAdmission {

    private final OpenAiOptions options;
    private final Semaphore reading;
    private final Map<String, Integer> readingByClient = new ConcurrentHashMap<>();
    private final AtomicLong freeBytes;

    BodyAdmission(OpenAiOptions options) {
        this.options = options;
        this.reading = new Semaphore(options.bodies().maxReading());
        this.freeBytes = new AtomicLong(options.bodies().maxMemory());
    }

    /** Permission to read one body, until it is closed. */
    final class Reading implements AutoCloseable {

        private final String client;

        private Reading(String client) {
            this.client = client;
        }

        @Override
        public void close() {
            readingByClient.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
            reading.release();
        }
    }

    /** Bytes that a request holds, until it is closed. May be closed more than once. */
    final class Held implements AutoCloseable {

        private final AtomicLong bytes = new AtomicLong();

        private Held() {}

        /**
         * Reserves memory for more bytes.
         *
         * @throws OpenAiException if other requests hold too many
         */
        void reserve(long more) {
            long free = freeBytes.get();
            while (free >= more && !freeBytes.compareAndSet(free, free - more)) {
                free = freeBytes.get();
            }
            if (free < more) {
                throw busy("The bodies of the requests in progress fill the "
                        + options.bodies().maxMemory() + " bytes of glimpse.openai.max-body-memory");
            }
            bytes.addAndGet(more);
        }

        @Override
        public void close() {
            freeBytes.addAndGet(bytes.getAndSet(0));
        }
    }

    /**
     * Admits a body to be read.
     *
     * @param client an API key's digest, or an address
     * @throws OpenAiException if too many are read
     */
    Reading begin(String client) {
        if (!reading.tryAcquire()) {
            throw busy("The server reads " + options.bodies().maxReading()
                    + " bodies, the most at once (glimpse.openai.max-concurrent-bodies)");
        }
        int count = readingByClient.merge(client, 1, Integer::sum);
        Reading admitted = new Reading(client);
        int most = options.bodies().maxReadingPerClient();
        if (count > most) {
            admitted.close();
            throw OpenAiException.tooMany(
                    "rate_limit_exceeded",
                    retrySeconds(),
                    "The server reads " + most + " bodies of this client, the most at once"
                            + " (glimpse.openai.max-concurrent-bodies-per-client); try again when one has arrived");
        }
        return admitted;
    }

    /** Bytes of one request; none yet. */
    Held hold() {
        return new Held();
    }

    private OpenAiException busy(String reason) {
        return OpenAiException.busy(retrySeconds(), reason + "; try again later");
    }

    private long retrySeconds() {
        return Math.max(1, options.retryAfter().toSeconds());
    }
}
