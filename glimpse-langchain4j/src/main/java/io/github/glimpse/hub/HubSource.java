package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where the files of an {@code hf:} location come from: the cache alone when offline or when it holds the very commit
 * that is asked for, else the hub, and the cache again when the hub does not answer.
 */
final class HubSource {

    private static final Logger LOG = LoggerFactory.getLogger(HubSource.class);

    private final HubLocation location;
    private final RepositoryContent content;
    private final HubOptions options;
    private final RetryPolicy policy;
    private final HubCache cache;

    HubSource(HubLocation location, RepositoryContent content, HubOptions options, RetryPolicy policy) {
        this.location = location;
        this.content = content;
        this.options = options;
        this.policy = policy;
        this.cache = new HubCache(options.cacheDirectory(), location);
    }

    /**
     * A directory with all files that are needed.
     *
     * @throws ModelFilesException if they are not in the cache and cannot be fetched: says why and what to do
     */
    Path directory() {
        ModelFilesException gap = null;
        Path cached = null;
        try {
            cached = cached();
        } catch (ModelFilesException e) {
            gap = e;
        }
        if (options.offline()) {
            return offline(cached, gap);
        }
        if (cached != null && location.isPinned() && isSettled(location.revision())) {
            return cached;
        }
        return fetched(cached);
    }

    private Path fetched(@Nullable Path cached) {
        try {
            SnapshotDownload download = new SnapshotDownload(location, content, options, cache, policy);
            return download.run(cached == null ? policy : policy.once());
        } catch (IOException e) {
            if (cached != null) {
                LOG.warn(
                        "'{}' cannot be brought up to date, so what is in the cache is used ({}): {}",
                        location,
                        cached,
                        reason(e));
                return cached;
            }
            throw new ModelFilesException(
                    "'" + HubLocation.PREFIX + location + "' cannot be fetched. " + reason(e) + advice(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelFilesException("Fetching '" + location + "' was interrupted; it goes on next time", e);
        }
    }

    private Path offline(@Nullable Path cached, @Nullable ModelFilesException gap) {
        if (cached != null) {
            return cached;
        }
        throw new ModelFilesException(
                "'" + location + "' is not complete in the cache '" + options.cacheDirectory()
                        + "', and HF_HUB_OFFLINE forbids to fetch it"
                        + (gap == null ? "" : " (" + gap.getMessage() + ")")
                        + "; unset HF_HUB_OFFLINE once, or point HF_HOME to the cache that has it",
                gap);
    }

    /**
     * The complete snapshot that the revision stood for last; null if there is none.
     *
     * @throws ModelFilesException if there is one but something is missing in it
     */
    private @Nullable Path cached() {
        Optional<Path> snapshot = cache.commit(location.revision()).map(cache::snapshot);
        if (snapshot.isEmpty() || !Files.isDirectory(snapshot.get())) {
            return null;
        }
        content.check(snapshot.get());
        return snapshot.get();
    }

    /** Whether it is known of each file that may be missing that it is missing rightly. */
    private boolean isSettled(String commit) {
        return content.optional().stream().allMatch(file -> cache.holds(commit, file) || cache.lacks(commit, file));
    }

    private String reason(IOException e) {
        return e instanceof HubRefusal
                ? Attempts.reason(e)
                : "The connection to " + options.endpoint() + " failed: " + Attempts.reason(e);
    }

    private static String advice(IOException e) {
        if (e instanceof HubRefusal) {
            return "";
        }
        return e instanceof SSLHandshakeException
                ? "; if a proxy of your network signs with a certificate of its own, add it to Java's trust store"
                        + " (-Djavax.net.ssl.trustStore)"
                : "; check the network, the proxy (-Dhttps.proxyHost, -Dhttps.proxyPort) and HF_ENDPOINT. What has arrived"
                        + " is kept, the next start goes on from there";
    }
}
