package io.github.glimpse.chat;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import io.github.glimpse.chat.ImageUrlOptions.Access;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches pictures by URL under {@link ImageUrlOptions}. The work runs on a thread of its own while the caller waits, so that the
 * time limit and an interrupt end it wherever it is: in a look-up, in a handshake or between two bytes.
 *
 * <p>Messages name the host and the reason, never path or query, which may hold keys. Safe for concurrent use.
 */
final class ImageFetcher {

    private static final int MOST_AT_ONCE = 64;
    private static final int IDLE_SECONDS = 10;
    private static final int LONGEST_SHOWN_HOST = 80;

    /** Looks a name up; once per host and hop. */
    @FunctionalInterface
    interface Resolver {
        /** All addresses of a host. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final ImageUrlOptions options;
    private final AllowedHosts allowed;
    private final Resolver resolver;
    private final Supplier<SSLSocketFactory> tls;
    private final Executor threads = threads();

    ImageFetcher(ImageUrlOptions options) {
        this(options, InetAddress::getAllByName, tls(options));
    }

    ImageFetcher(ImageUrlOptions options, Resolver resolver, Supplier<SSLSocketFactory> tls) {
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
     * The bytes behind a URL.
     *
     * @throws InvalidRequestException if the policy forbids it or the server does not deliver, with host and reason
     * @throws RateLimitException if too many pictures are being fetched
     * @throws NonRetriableException if the calling thread was interrupted
     */
    byte[] fetch(URI url, String name) {
        check(url, name);
        ImageDownload download = new ImageDownload(url, options, allowed, resolver, tls);
        FutureTask<byte[]> task = new FutureTask<>(download);
        try {
            threads.execute(task);
            return task.get(options.readTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw refused(
                    download.host(),
                    name,
                    "did not deliver within " + options.readTimeout().toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NonRetriableException("The calling thread was interrupted; the " + name + " is not fetched", e);
        } catch (RejectedExecutionException e) {
            throw new RateLimitException("Too many images are being fetched; try again later", e);
        } catch (ExecutionException e) {
            throw failed(e.getCause() == null ? e : e.getCause(), download, name);
        } finally {
            download.close();
        }
    }

    private static RuntimeException failed(Throwable cause, ImageDownload download, String name) {
        if (cause instanceof FetchException told) {
            return refused(download.host(), name, told.reason());
        }
        if (cause instanceof Error error) {
            throw error;
        }
        // Only the kind of failure: texts of the network may quote addresses.
        return refused(download.host(), name, "failed with " + cause.getClass().getSimpleName());
    }

    private static InvalidRequestException refused(URI url, String name, String reason) {
        return refused(url.getHost() == null ? "none" : url.getHost(), name, reason);
    }

    private static InvalidRequestException refused(String host, String name, String reason) {
        String shown = host.length() <= LONGEST_SHOWN_HOST ? host : host.substring(0, LONGEST_SHOWN_HOST) + "…";
        return new InvalidRequestException("The " + name + " is not fetched: the host " + shown + " " + reason);
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
