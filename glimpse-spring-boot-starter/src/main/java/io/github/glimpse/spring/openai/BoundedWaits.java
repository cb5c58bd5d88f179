package io.github.glimpse.spring.openai;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.apache.coyote.ActionCode;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * Body of a request of HTTP/1, read by at most some threads at once where a read has to wait for the client. It holds for the bodies
 * that the container or the application reads too, such as forms and multipart bodies.
 */
final class BoundedWaits implements InputBuffer {

    private static final Duration SHORTLY = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 5;

    private final Http11InputBuffer body;
    private final Request request;
    private final Permits permits;
    private boolean readAhead;
    private boolean admitted;

    /**
     * Wraps the body of a request and of those after it on the same processor.
     *
     * @param permits to wait for bytes
     */
    BoundedWaits(Http11InputBuffer body, Request request, Permits permits) {
        this.body = body;
        this.request = request;
        this.permits = permits;
    }

    /**
     * Permits to wait for bytes, of all requests of a connector.
     *
     * @param any for each body
     * @param reserved for bodies that the endpoint has admitted, which take one of {@code any} only when these are taken
     */
    record Permits(Semaphore any, Semaphore reserved) {

        /** Takes a permit; null if none is free. */
        @Nullable
        Semaphore tryAcquire(boolean admitted) {
            if (admitted && reserved.tryAcquire()) {
                return reserved;
            }
            return any.tryAcquire() ? any : null;
        }
    }

    /** Begins the next request. */
    void begin() {
        readAhead = false;
        admitted = false;
    }

    /** Lets the present request use the permits for admitted bodies. */
    void admit() {
        admitted = true;
    }

    /** Whether bytes after the body, of a pipelined request, have been read with it. Tomcat finds them again at the request's end. */
    boolean isReadAhead() {
        return readAhead;
    }

    @Override
    public int doRead(ApplicationBufferHandler handler) throws IOException {
        if (!mayWait()) {
            return read(handler);
        }
        Semaphore permit = permits.tryAcquire(admitted);
        if (permit == null) {
            awaitShortly();
            return read(handler);
        }
        try {
            return read(handler);
        } finally {
            permit.release();
        }
    }

    /** Without a permit only bytes are read that are there within a short time, as those of a client that sends head and body apart. */
    private void awaitShortly() throws IOException {
        // Of a chunk a part may be there, for the rest of which the read would wait.
        boolean chunked = TomcatRequests.isChunked(request);
        long end = System.nanoTime() + SHORTLY.toNanos();
        while (chunked || TomcatRequests.available(request) == 0) {
            if (chunked || System.nanoTime() - end > 0) {
                throw new IOException("Too many threads wait for request bodies; the connection is closed");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Interrupted while a request body was read");
            }
        }
    }

    private int read(ApplicationBufferHandler handler) throws IOException {
        int read = body.doRead(handler);
        ByteBuffer given = handler.getByteBuffer();
        if (read > 0 && given != null && body.getByteBuffer().limit() > given.limit()) {
            readAhead = true;
        }
        return read;
    }

    private boolean mayWait() {
        if (request.getReadListener() != null || TomcatRequests.is(request, ActionCode.REQUEST_BODY_FULLY_READ)) {
            return false;
        }
        // The bytes at hand may be no more than the beginning of a chunk's length.
        return TomcatRequests.isChunked(request) || TomcatRequests.available(request) == 0;
    }

    @Override
    public int available() {
        return body.available();
    }
}
