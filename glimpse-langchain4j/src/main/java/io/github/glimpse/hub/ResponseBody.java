package io.github.glimpse.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer, read by one thread that never waits longer than the policy allows: an HTTP client's own stream
 * would wait for ever when the other side falls silent. Closing drops the connection if bytes are left.
 */
final class ResponseBody implements AutoCloseable {

    private final RetryPolicy policy;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final Queue<ByteBuffer> ready = new ArrayDeque<>();
    private final Receiver receiver = new Receiver(arrivals);
    private long windowStart = System.nanoTime();
    private long windowBytes;

    ResponseBody(Flow.Publisher<List<ByteBuffer>> publisher, RetryPolicy policy) {
        this.policy = policy;
        publisher.subscribe(receiver);
    }

    /**
     * The next bytes, or null at the end.
     *
     * @throws IOException if the connection broke, stands still, or is slower than the policy allows
     */
    @Nullable
    ByteBuffer next() throws IOException, InterruptedException {
        checkSpeed();
        while (ready.isEmpty()) {
            Arrival arrival = arrivals.poll(policy.stall().toMillis(), TimeUnit.MILLISECONDS);
            if (arrival == null) {
                throw new HttpTimeoutException(
                        "nothing arrived for " + policy.stall().toSeconds() + " s");
            }
            if (arrival.failure() != null) {
                throw new IOException(
                        "the connection broke: " + arrival.failure().getMessage(), arrival.failure());
            }
            if (arrival.isLast()) {
                return null;
            }
            receiver.ask();
            ready.addAll(arrival.buffers());
        }
        ByteBuffer next = ready.remove();
        windowBytes += next.remaining();
        return next;
    }

    /** All bytes, of which there may be this many. */
    byte[] readAll(int most, String what) throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer next = next(); next != null; next = next()) {
            byte[] bytes = new byte[next.remaining()];
            next.get(bytes);
            all.write(bytes, 0, bytes.length);
            if (all.size() > most) {
                throw HubRefusal.lasting(what + " is larger than " + most + " bytes; check HF_ENDPOINT");
            }
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        receiver.stop();
    }

    private void checkSpeed() throws IOException {
        long elapsed = System.nanoTime() - windowStart;
        if (elapsed < policy.stall().toNanos()) {
            return;
        }
        double seconds = elapsed / 1e9;
        if (windowBytes < policy.slowestBytesPerSecond() * seconds) {
            throw new HttpTimeoutException("only " + windowBytes + " bytes arrived in " + Math.round(seconds) + " s");
        }
        windowStart = System.nanoTime();
        windowBytes = 0;
    }

    /** Buffers, or a failure, or neither: the end. */
    private record Arrival(
            List<ByteBuffer> buffers, @Nullable Throwable failure, boolean isLast) {}

    /** What the client's threads call; hands everything on. */
    private static final class Receiver implements Flow.Subscriber<List<ByteBuffer>> {

        /** Lists of about 16 KiB that may wait: enough that the sender need not. */
        private static final int AHEAD = 16;

        private final BlockingQueue<Arrival> arrivals;
        private volatile Flow.@Nullable Subscription subscription;
        private volatile boolean stopped;

        Receiver(BlockingQueue<Arrival> arrivals) {
            this.arrivals = arrivals;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (stopped) {
                given.cancel();
            } else {
                given.request(AHEAD);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            arrivals.add(new Arrival(buffers, null, false));
        }

        @Override
        public void onError(Throwable failure) {
            arrivals.add(new Arrival(List.of(), failure, true));
        }

        @Override
        public void onComplete() {
            arrivals.add(new Arrival(List.of(), null, true));
        }

        void ask() {
            Flow.Subscription present = subscription;
            if (present != null) {
                present.request(1);
            }
        }

        void stop() {
            stopped = true;
            Flow.Subscription present = subscription;
            if (present != null) {
                present.cancel();
            }
        }
    }
}
