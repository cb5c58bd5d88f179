package io.github.glimpse.request;

import dev.langchain4j.exception.InvalidRequestException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.request.ImageUrlOptions.Access;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches pictures by URL under {@link ImageUrlOptions}. The work runs on threads of its own while the caller waits, so that the
 * time limits and an interrupt end it wherever it is: in a look-up, in a handshake or between two bytes.
 *
 * <p>Messages name the host and the reason, never path or query, which may hold keys. Safe for concurrent use.
 */
final class ImageFetcher {

    static final int MOST_AT_ONCE = 64;
    private static final int IDLE_SECONDS = 10;
    private static final int LONGEST_SHOWN_HOST = 80;

    /** Looks a name up; once per host and hop. */
    @FunctionalInterface
    interface Resolver {
        /** All addresses of a host. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final MediaKind kind;
    private final ImageUrlOptions options;
    private final AllowedHosts allowed;
    private final Resolver resolver;
    private final Supplier<SSLSocketFactory> tls;
    private final Executor threads = threads();

    ImageFetcher(ImageUrlOptions options) {
        this(options, MediaKind.IMAGE);
    }

    ImageFetcher(ImageUrlOptions options, MediaKind kind) {
        this(options, kind, InetAddress::getAllByName, tls(options));
    }

    ImageFetcher(ImageUrlOptions options, Resolver resolver, Supplier<SSLSocketFactory> tls) {
        this(options, MediaKind.IMAGE, resolver, tls);
    }

    private ImageFetcher(ImageUrlOptions options, MediaKind kind, Resolver resolver, Supplier<SSLSocketFactory> tls) {
        this.kind = kind;
        this.options = options;
        this.allowed = AllowedHosts.parse(options.allowedHosts());
        this.resolver = resolver;
        this.tls = tls;
    }

    private static Supplier<SSLSocketFactory> tls(ImageUrlOptions options) {
        SSLContext own = options.sslContext();
        return own == null ? () -> (SSLSocketFactory) SSLSocketFactory.getDefault() : own::getSocketFactory;
    }

    /** Whether any URL is fetched at all. */
    boolean isOn() {
        return options.access() != Access.NONE;
    }

    /**
     * Refuses what the policy forbids and can be told without asking anybody.
     *
     * @param name such as {@code image 2 of 3}
     * @throws InvalidRequestException with host and reason
     */
    void check(URI url, String name) {
        try {
            ImageUrl.of(url, options.access(), allowed, null);
        } catch (FetchException e) {
            throw refused(url, name, e.reason());
        }
    }

    /**
     * The bytes behind URLs, fetched side by side.
     *
     * @param onRefusal what becomes of the others where the policy forbids one or a server does not deliver
     * @param cancellation asked while they are waited for
     * @return in their order; none of one that cannot be had, if the others go on
     * @throws InvalidRequestException if one cannot be had, with host and reason, and ends all
     * @throws dev.langchain4j.exception.RateLimitException if too many pictures are being fetched
     * @throws dev.langchain4j.exception.NonRetriableException if the calling thread was interrupted
     */
    List<Optional<byte[]>> fetch(
            List<ImageBatch.Wanted> wanted, ImageBatch.OnRefusal onRefusal, CancellationPoint cancellation) {
        wanted.forEach(one -> check(one.url(), one.name()));
        try (ImageBatch batch = new ImageBatch(
                wanted,
                options.readTimeout(),
                onRefusal,
                threads,
                url -> new ImageDownload(url, kind.accept(), options, allowed, resolver, tls))) {
            return batch.fetch(cancellation);
        }
    }

    static RuntimeException failed(Throwable cause, ImageDownload download, String name) {
        if (cause instanceof FetchException refusal) {
            String text = text(download.host(), name, refusal.reason());
            return refusal.isOfSize()
                    ? ErrorMapper.failure(new ImageTooLargeException(text))
                    : new InvalidRequestException(text);
        }
        if (cause instanceof Error error) {
            throw error;
        }
        // Only the kind of failure: texts of the network may quote addresses.
        return refused(download.host(), name, "failed with " + cause.getClass().getSimpleName());
    }

    private static InvalidRequestException refused(URI url, String name, String reason) {
        return refused(host(url), name, reason);
    }

    /** The host, or what stands in its place and is none, such as {@code 127.1}; without a user's name. */
    private static String host(URI url) {
        String written = url.getHost() == null ? url.getRawAuthority() : url.getHost();
        return written == null ? "none" : written.substring(written.lastIndexOf('@') + 1);
    }

    static InvalidRequestException refused(String host, String name, String reason) {
        return new InvalidRequestException(text(host, name, reason));
    }

    private static String text(String host, String name, String reason) {
        String shown = host.length() <= LONGEST_SHOWN_HOST ? host : host.substring(0, LONGEST_SHOWN_HOST) + "…";
        return "The " + name + " is not fetched: the host " + shown + " " + reason;
    }

    private static Executor threads() {
        return new ThreadPoolExecutor(
                0, MOST_AT_ONCE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(null, work, "glimpse-image-url", 0, false);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
