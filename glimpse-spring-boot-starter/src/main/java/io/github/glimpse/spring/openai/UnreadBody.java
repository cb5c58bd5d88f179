package io.github.glimpse.spring.openai;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * Lingering close for requests whose body the application has not read. Bytes that have arrived are discarded; a few requests at a
 * time wait a short while for the rest, since a client that is still sending could miss the response when the connection is closed.
 * If the body does not end by then, the connection is closed. Safe for concurrent use.
 */
final class UnreadBody {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 5;

    private final Semaphore lingering;
    private final long mostBytes;

    /**
     * Sets the limits.
     *
     * @param threads most threads that wait for the rest of bodies
     * @param mostBytes most bytes that are discarded for a request
     */
    UnreadBody(int threads, long mostBytes) {
        this.lingering = new Semaphore(threads);
        this.mostBytes = mostBytes;
    }

    /** Discards the rest of the body, or has the connection closed; does nothing for requests that go on or have failed. */
    void end(Request request) {
        if (TomcatRequests.is(request, ActionCode.ASYNC_IS_ASYNC)
                || TomcatRequests.is(request, ActionCode.IS_ERROR)
                || isRead(request)) {
            return;
        }
        if (!discard(request)) {
            request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    private boolean discard(Request request) {
        Discarded body = new Discarded(request);
        try {
            // Reading a chunk of which only a part has arrived would block.
            if (!TomcatRequests.isChunked(request) && body.readArrived()) {
                return true;
            }
            if (!lingering.tryAcquire()) {
                return false;
            }
            try {
                return body.readWithin(LONGEST_WAIT);
            } finally {
                lingering.release();
            }
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean isRead(Request request) {
        return TomcatRequests.is(request, ActionCode.REQUEST_BODY_FULLY_READ);
    }

    /** The rest of one body. */
    private final class Discarded implements ApplicationBufferHandler {

        private final Request request;
        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private long bytes;

        Discarded(Request request) {
            this.request = request;
        }

        /** Discards the bytes that have arrived; whether that was the whole body. */
        boolean readArrived() throws IOException {
            while (!isRead(request) && bytes <= mostBytes && TomcatRequests.available(request) > 0) {
                int read = request.doRead(this);
                if (read < 0) {
                    return isRead(request);
                }
                bytes += read;
            }
            return isRead(request);
        }

        boolean readWithin(Duration time) throws IOException, InterruptedException {
            long end = System.nanoTime() + time.toNanos();
            while (!readArrived()) {
                if (bytes > mostBytes || System.nanoTime() - end > 0) {
                    return false;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            return true;
        }

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return buffer;
        }

        @Override
        public void expand(int size) {}
    }
}
