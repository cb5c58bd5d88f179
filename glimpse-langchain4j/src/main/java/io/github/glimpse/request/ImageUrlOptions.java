package io.github.glimpse.request;

import io.github.glimpse.image.ImageLimits;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how pictures are fetched that a message names by an http or https URL. Off by default: whoever writes messages
 * could make this machine talk to servers that only it can reach. Other schemes, {@code file:} above all, are never read.
 *
 * <p>Private, loopback and other special addresses are refused wherever a name leads to them. An entry of
 * {@code allowedHosts} that names a host exactly permits private and loopback addresses for that host; link-local addresses, and
 * with them the metadata services of clouds, are never permitted.
 *
 * @param access which hosts are asked
 * @param allowedHosts {@code host} (ports 80 and 443), {@code *.host} (the names below it, not itself) or {@code host:port};
 *     another port needs {@code host:port} with {@link Access#ANY} too
 * @param connectTimeout longest wait for one connection
 * @param readTimeout longest time for a picture, from the first look-up to its last byte with all redirects
 * @param maxBytes largest file; the engine's own limit holds as well
 * @param sslContext whom to trust over https and what to show, null for the JVM's own; names are checked in any case
 */
public record ImageUrlOptions(
        Access access,
        List<String> allowedHosts,
        Duration connectTimeout,
        Duration readTimeout,
        long maxBytes,
        @Nullable SSLContext sslContext) {

    /** Which hosts are asked for pictures. */
    public enum Access {
        /** Nobody: messages bring their pictures along. */
        NONE,
        /** Those of the list. */
        ALLOW_LIST,
        /** Every host at a public address, and those of the list. */
        ANY
    }

    /** Wait for one connection. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Time for a picture. */
    public static final Duration DEFAULT_READ_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration LONGEST = Duration.ofHours(1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a time is not above 0 and at most 1 hour, an entry is no host, or the list is empty
     *     though access goes by it
     */
    public ImageUrlOptions {
        allowedHosts = List.copyOf(allowedHosts);
        checkTime("connect-timeout", connectTimeout);
        checkTime("read-timeout", readTimeout);
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
        }
        AllowedHosts.parse(allowedHosts);
        if (access == Access.ALLOW_LIST && allowedHosts.isEmpty()) {
            throw new IllegalArgumentException("the list of allowed hosts is empty; name one or take the access none");
        }
    }

    /**
     * With the JVM's own trust.
     *
     * @throws IllegalArgumentException as the constructor with all values
     */
    public ImageUrlOptions(
            Access access, List<String> allowedHosts, Duration connectTimeout, Duration readTimeout, long maxBytes) {
        this(access, allowedHosts, connectTimeout, readTimeout, maxBytes, null);
    }

    /** Starts with no access, the default times and size, and the JVM's own trust. */
    public static Builder builder() {
        return new Builder(defaults());
    }

    /** Starts with these values. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Fetches nothing. */
    public static ImageUrlOptions defaults() {
        return of(Access.NONE, List.of());
    }

    /** Fetches from these hosts only, with the default times and size. */
    public static ImageUrlOptions allowList(String... hosts) {
        return of(Access.ALLOW_LIST, List.of(hosts));
    }

    private static ImageUrlOptions of(Access access, List<String> hosts) {
        return new ImageUrlOptions(
                access, hosts, DEFAULT_CONNECT_TIMEOUT, DEFAULT_READ_TIMEOUT, ImageLimits.DEFAULT_MAX_BYTES);
    }

    /** The same with no more bytes than these. */
    ImageUrlOptions atMost(long bytes) {
        return bytes >= maxBytes ? this : toBuilder().maxBytes(bytes).build();
    }

    private static void checkTime(String name, Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " is " + time + ", it must be above 0 and at most 1 hour");
        }
    }

    /** Collects options. */
    public static final class Builder {

        private Access access;
        private List<String> allowedHosts;
        private Duration connectTimeout;
        private Duration readTimeout;
        private long maxBytes;
        private @Nullable SSLContext sslContext;

        private Builder(ImageUrlOptions options) {
            access = options.access;
            allowedHosts = options.allowedHosts;
            connectTimeout = options.connectTimeout;
            readTimeout = options.readTimeout;
            maxBytes = options.maxBytes;
            sslContext = options.sslContext;
        }

        /** Which hosts are asked. */
        public Builder access(Access value) {
            access = value;
            return this;
        }

        /** {@code host}, {@code *.host} or {@code host:port}. */
        public Builder allowedHosts(List<String> value) {
            allowedHosts = value;
            return this;
        }

        /** Longest wait for one connection. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /** Longest time for a picture. */
        public Builder readTimeout(Duration value) {
            readTimeout = value;
            return this;
        }

        /** Largest file. */
        public Builder maxBytes(long value) {
            maxBytes = value;
            return this;
        }

        /** Whom to trust over https and what to show; null for the JVM's own. */
        public Builder sslContext(@Nullable SSLContext value) {
            sslContext = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a value is out of its range or an entry is no host
         */
        public ImageUrlOptions build() {
            return new ImageUrlOptions(access, allowedHosts, connectTimeout, readTimeout, maxBytes, sslContext);
        }
    }
}
