package io.github.glimpse.spring.openai;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Admission control for request bodies. Bounds, in total and for each client, how many are read at once and how many bytes the
 * requests in progress hold. Memory is reserved as bytes arrive, so that an announced length alone takes none from other clients.
 * Safe for concurrent use.
 */
final class BodyAdmission {

    private final OpenAiOptions options;
    private final Semaphore reading;
    private final Map<String, Integer> readingByClient = new ConcurrentHashMap<>();
    private final Map<String, Long> heldByClient = new ConcurrentHashMap<>();
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

        private final String client;
        private final AtomicLong bytes = new AtomicLong();

        private Held(String client) {
            this.client = client;
        }

        /**
         * Checks that a body of this length would fit now. Reserves nothing.
         *
         * @throws OpenAiException if this client or all requests in progress hold too many bytes for it
         */
        void check(long announced) {
            if (heldByClient.getOrDefault(client, 0L) + announced
                    > options.bodies().maxMemoryPerClient()) {
                throw clientHoldsTooMuch();
            }
            if (freeBytes.get() < announced) {
                throw memoryIsFull();
            }
        }

        /**
         * Reserves memory for more bytes.
         *
         * @throws OpenAiException if this client or all requests in progress hold too many
         */
        void reserve(long more) {
            if (heldByClient.merge(client, more, Long::sum) > options.bodies().maxMemoryPerClient()) {
                release(more);
                throw clientHoldsTooMuch();
            }
            long free = freeBytes.get();
            while (free >= more && !freeBytes.compareAndSet(free, free - more)) {
                free = freeBytes.get();
            }
            if (free < more) {
                release(more);
                throw memoryIsFull();
            }
            bytes.addAndGet(more);
        }

        private void release(long count) {
            heldByClient.computeIfPresent(client, (name, held) -> held == count ? null : held - count);
        }

        @Override
        public void close() {
            long count = bytes.getAndSet(0);
            if (count > 0) {
                freeBytes.addAndGet(count);
                release(count);
            }
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

    /**
     * Bytes of one request; none yet.
     *
     * @param client an API key's digest, or an address
     */
    Held hold(String client) {
        return new Held(client);
    }

    private OpenAiException clientHoldsTooMuch() {
        return OpenAiException.tooMany(
                "rate_limit_exceeded",
                retrySeconds(),
                "The bodies of this client's requests in progress fill its share, "
                        + options.bodies().maxMemoryPerClient() + " of the "
                        + options.bodies().maxMemory()
                        + " bytes of glimpse.openai.max-body-memory; try again when one has ended");
    }

    private OpenAiException memoryIsFull() {
        return busy("The bodies of the requests in progress fill the "
                + options.bodies().maxMemory() + " bytes of glimpse.openai.max-body-memory");
    }

    private OpenAiException busy(String reason) {
        return OpenAiException.busy(retrySeconds(), reason + "; try again later");
    }

    private long retrySeconds() {
        return Math.max(1, options.retryAfter().toSeconds());
    }
}
