package io.github.glimpse.spring.openai;

import java.time.Duration;
import java.util.List;

/**
 * What the endpoint takes, and from whom.
 *
 * @param apiKeys of which a request has to bring one; empty takes every request
 * @param allowedHosts names that the server may be called by, beside those of this machine; {@code *} is any
 * @param allowedOrigins of pages elsewhere that may call it
 * @param maxBody most bytes of a body
 * @param bodyTimeout longest time to read a body
 * @param maxImageBytes most bytes of a picture, which tells how long a text may be
 * @param requestsPerKey requests with one key at once
 * @param keepAlive after how long a silence a comment is sent
 * @param timeout of a request, as the model has it
 * @param retryAfter when a client that was sent away is told to try again
 */
public record OpenAiOptions(
        List<String> apiKeys,
        List<String> allowedHosts,
        List<String> allowedOrigins,
        long maxBody,
        Duration bodyTimeout,
        long maxImageBytes,
        int requestsPerKey,
        Duration keepAlive,
        Duration timeout,
        Duration retryAfter) {

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
