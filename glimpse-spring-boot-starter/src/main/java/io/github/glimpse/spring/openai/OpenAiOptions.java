package io.github.glimpse.spring.openai;

import java.time.Duration;
import java.util.List;

/**
 * Options of the endpoint: its callers and its limits.
 *
 * @param apiKeys of which a request has to bring one; empty takes every request
 * @param allowedHosts names that the server may be called by, beside those of this machine; {@code *} is any
 * @param allowedOrigins of pages elsewhere that may call it
 * @param bodies limits of request bodies
 * @param maxImageBytes most bytes of a picture, which tells how long a text may be
 * @param requestsPerKey requests with one key at once
 * @param maxOutputTokens most tokens of an answer that a request may ask for
 * @param keepAlive after how long a silence a comment is sent
 * @param timeout of a request, as the model has it
 * @param retryAfter when a client that was sent away is told to try again
 * @param history what becomes of conversations beyond the limits of the model
 */
public record OpenAiOptions(
        List<String> apiKeys,
        List<String> allowedHosts,
        List<String> allowedOrigins,
        Bodies bodies,
        long maxImageBytes,
        int requestsPerKey,
        int maxOutputTokens,
        Duration keepAlive,
        Duration timeout,
        Duration retryAfter,
        History history) {

    /** What becomes of conversations beyond the limits of the model. */
    public enum History {
        /** The request is refused, as by OpenAI. */
        REFUSE,
        /** The setting of the model holds: {@code glimpse.images.history}. */
        TRIM
    }

    /**
     * Limits of request bodies.
     *
     * @param maxBytes most bytes of one body
     * @param maxMemory most bytes of the bodies of all requests in progress
     * @param timeout longest time to read one body
     * @param minBytesPerSecond least average rate of a body after its first seconds; 0 for none
     * @param maxReading most bodies that are read at once
     * @param maxReadingPerClient most bodies of one client that are read at once
     */
    public record Bodies(
            long maxBytes,
            long maxMemory,
            Duration timeout,
            long minBytesPerSecond,
            int maxReading,
            int maxReadingPerClient) {

        /** Most bytes that the requests of one client hold: half, so that one client does not lock out the others. */
        long maxMemoryPerClient() {
            return maxMemory / 2;
        }
    }

    /** Copies the lists. */
    public OpenAiOptions {
        apiKeys = List.copyOf(apiKeys);
        allowedHosts = List.copyOf(allowedHosts);
        allowedOrigins = List.copyOf(allowedOrigins);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "OpenAiOptions[" + apiKeys.size() + " keys, hosts " + allowedHosts + ", origins " + allowedOrigins + "]";
    }
}
