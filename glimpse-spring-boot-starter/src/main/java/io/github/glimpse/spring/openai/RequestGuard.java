package io.github.glimpse.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Access control of the endpoint: host name, origin, API key and requests in progress for each key. {@code Origin} shows a page of
 * another site that makes a browser call this machine, {@code Host} a page whose name resolves to this machine (DNS rebinding);
 * programs send no {@code Origin}. Safe for concurrent use.
 */
final class RequestGuard {

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1");
    private static final String BEARER = "bearer ";

    private final OpenAiOptions options;
    private final BodyAdmission admission;
    private final List<Key> keys;

    /**
     * One key.
     *
     * @param digest of it: all have one length, whatever the keys'
     * @param places of requests with it
     */
    private record Key(byte[] digest, Semaphore places) {}

    /** A request's place among those with its key, and the memory of its body. May be given back more than once. */
    static final class Place implements AutoCloseable {

        private final @Nullable Semaphore places;
        private final String caller;
        private final String client;
        private final BodyAdmission.Held memory;
        private final AtomicBoolean taken = new AtomicBoolean(true);

        private Place(@Nullable Semaphore places, String caller, String client, BodyAdmission.Held memory) {
            this.places = places;
            this.caller = caller;
            this.client = client;
            this.memory = memory;
        }

        /** Tells its key from others; empty where there are none. */
        String caller() {
            return caller;
        }

        /** Its key where there are keys, else its address. */
        String client() {
            return client;
        }

        /** Memory for its body. */
        BodyAdmission.Held memory() {
            return memory;
        }

        @Override
        public void close() {
            memory.close();
            if (places != null && taken.compareAndSet(true, false)) {
                places.release();
            }
        }
    }

    RequestGuard(OpenAiOptions options, BodyAdmission admission) {
        this.options = options;
        this.admission = admission;
        this.keys = options.apiKeys().stream()
                .map(key -> new Key(digest(key), new Semaphore(options.requestsPerKey())))
                .toList();
    }

    /**
     * Lets a request in that costs nothing.
     *
     * @throws OpenAiException if it may not come in
     */
    void check(HttpServletRequest request) {
        var unused = known(request);
    }

    /**
     * Lets a request in that is work.
     *
     * @throws OpenAiException if it may not come in, or too many are in with its key
     */
    Place enter(HttpServletRequest request) {
        Key key = known(request);
        if (key == null) {
            String address = String.valueOf(request.getRemoteAddr());
            return new Place(null, "", address, admission.hold(address));
        }
        if (!key.places().tryAcquire()) {
            throw OpenAiException.tooMany(
                    "rate_limit_exceeded",
                    Math.max(1, options.retryAfter().toSeconds()),
                    "This key has " + options.requestsPerKey() + " requests running, the most that it may have"
                            + " (glimpse.openai.max-requests-per-key); try again when one has ended");
        }
        String caller = HexFormat.of().formatHex(key.digest());
        return new Place(key.places(), caller, caller, admission.hold(caller));
    }

    private @Nullable Key known(HttpServletRequest request) {
        checkHost(String.valueOf(request.getServerName()));
        // Each header: a filter or proxy before may have checked another one than the first.
        for (String origin : Collections.list(request.getHeaders(HttpHeaders.ORIGIN))) {
            checkOrigin(origin, request.getHeader(HttpHeaders.HOST));
        }
        if (keys.isEmpty()) {
            return null;
        }
        String said = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (said == null || !said.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw OpenAiException.refused(
                    401, "invalid_api_key", "There is no API key; send the header Authorization: Bearer <key>");
        }
        byte[] digest = digest(said.substring(BEARER.length()).strip());
        Key found = null;
        // All of them, so that the time does not tell which one was nearly right.
        for (Key key : keys) {
            if (MessageDigest.isEqual(key.digest(), digest)) {
                found = key;
            }
        }
        if (found == null) {
            throw OpenAiException.refused(401, "invalid_api_key", "The API key is not known here");
        }
        return found;
    }

    private void checkHost(String name) {
        String host = name.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
        if (!THIS_MACHINE.contains(host)
                && options.allowedHosts().stream()
                        .noneMatch(allowed -> allowed.equals("*") || allowed.equalsIgnoreCase(host))) {
            throw OpenAiException.refused(
                    403,
                    "host_not_allowed",
                    "The server was called by a name that it does not answer to; add it to"
                            + " glimpse.openai.allowed-hosts");
        }
    }

    private void checkOrigin(String origin, @Nullable String host) {
        boolean own = host != null
                && Stream.of("http://", "https://").map(scheme -> scheme + host).anyMatch(origin::equalsIgnoreCase);
        if (!own && options.allowedOrigins().stream().noneMatch(origin::equalsIgnoreCase)) {
            throw OpenAiException.refused(
                    403,
                    "origin_not_allowed",
                    "Pages of other sites may not call this server; name theirs in glimpse.openai.allowed-origins");
        }
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
