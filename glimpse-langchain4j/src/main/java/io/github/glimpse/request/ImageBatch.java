package io.github.glimpse.request;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import io.github.glimpse.nn.CancellationPoint;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of one request, fetched side by side. The caller waits; the time of the request, an interrupt and, where it is
 * meant to, the first picture that cannot be had end all of it, and closing frees what is still under way.
 */
final class ImageBatch implements AutoCloseable {

    /** What becomes of the others where one cannot be had. */
    enum OnRefusal {
        END_ALL,
        GO_ON
    }

    /** Of one request, so that one with many pictures leaves room for others. */
    private static final int MOST_AT_ONCE = 8;

    private static final Duration CHECK_EVERY = Duration.ofMillis(50);

    private final List<Wanted> wanted;
    private final Duration limit;
    private final OnRefusal onRefusal;
    private final Executor threads;
    private final Function<URI, ImageDownload> downloads;
    private final List<Running> running = new ArrayList<>();
    private final BlockingQueue<Running> done = new LinkedBlockingQueue<>();
    private int next;

    /**
     * A picture that is asked for.
     *
     * @param url where it is
     * @param name such as {@code image 2 of 3}, for messages
     */
    record Wanted(URI url, String name) {}

    /**
     * @param limit of each picture
     * @param threads refuses when too many pictures are being fetched
     */
    ImageBatch(
            List<Wanted> wanted,
            Duration limit,
            OnRefusal onRefusal,
            Executor threads,
            Function<URI, ImageDownload> downloads) {
        this.wanted = wanted;
        this.limit = limit;
        this.onRefusal = onRefusal;
        this.threads = threads;
        this.downloads = downloads;
    }

    /** One of them on its way. */
    private final class Running extends FutureTask<byte[]> {

        private final int index;
        private final ImageDownload download;
        private final long started = System.nanoTime();

        Running(int index, ImageDownload download) {
            super(download);
            this.index = index;
            this.download = download;
        }

        @Override
        protected void done() {
            done.add(this);
        }

        String name() {
            return wanted.get(index).name();
        }

        Duration left() {
            return limit.minusNanos(System.nanoTime() - started);
        }
    }

    /**
     * Fetches them.
     *
     * @param cancellation asked again and again
     * @return their bytes, in the order in which they were asked for; none of one that cannot be had, if the others go on
     * @throws InvalidRequestException if one cannot be had, with host and reason, and ends all
     * @throws RateLimitException if too many pictures are being fetched
     * @throws NonRetriableException if the calling thread was interrupted
     */
    List<Optional<byte[]>> fetch(CancellationPoint cancellation) {
        List<Optional<byte[]>> bytes = new ArrayList<>(Collections.nCopies(wanted.size(), Optional.empty()));
        while (next < wanted.size() || !running.isEmpty()) {
            cancellation.check();
            start();
            Running ended = await();
            // One that was given up ends later on.
            if (ended != null && running.remove(ended)) {
                try {
                    bytes.set(ended.index, Optional.of(bytes(ended)));
                } catch (InvalidRequestException e) {
                    goOnOrThrow(e);
                }
            }
            giveUpTheLate();
        }
        return bytes;
    }

    private void giveUpTheLate() {
        for (Running each : List.copyOf(running)) {
            if (!each.isDone() && each.left().isNegative()) {
                goOnOrThrow(ImageFetcher.refused(
                        each.download.host(), each.name(), "did not deliver within " + limit.toMillis() + " ms"));
                running.remove(each);
                each.download.close();
            }
        }
    }

    private void goOnOrThrow(InvalidRequestException refusal) {
        if (onRefusal == OnRefusal.END_ALL) {
            throw refusal;
        }
    }

    private void start() {
        while (next < wanted.size() && running.size() < MOST_AT_ONCE) {
            Running one = new Running(next, downloads.apply(wanted.get(next).url()));
            try {
                threads.execute(one);
            } catch (RejectedExecutionException e) {
                if (running.isEmpty()) {
                    throw new RateLimitException(
                            "All " + ImageFetcher.MOST_AT_ONCE
                                    + " places for fetching images by URL are taken; try again later, or send the"
                                    + " pictures' bytes",
                            e);
                }
                // One of its own will make room.
                return;
            }
            running.add(one);
            next++;
        }
    }

    private @Nullable Running await() {
        Duration wait = CHECK_EVERY;
        for (Running each : running) {
            wait = each.left().compareTo(wait) < 0 ? each.left() : wait;
        }
        try {
            return done.poll(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NonRetriableException(
                    "The calling thread was interrupted; the " + running.get(0).name() + " is not fetched", e);
        }
    }

    private static byte[] bytes(Running ended) {
        try {
            return ended.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("What has ended is not waited for", e);
        } catch (ExecutionException e) {
            throw ImageFetcher.failed(e.getCause() == null ? e : e.getCause(), ended.download, ended.name());
        }
    }

    @Override
    public void close() {
        running.forEach(each -> each.download.close());
    }
}
