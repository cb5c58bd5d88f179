package io.github.glimpse.spring.openai;

import java.util.concurrent.Semaphore;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.tomcat.util.net.SocketEvent;

/** Adapter around Tomcat's: {@link TomcatConnections} says what it adds. Safe for concurrent use. */
final class ProtectedAdapter implements Adapter {

    private final Adapter container;
    private final BoundedWaits.Permits waits;
    private final UnreadBody unread;

    /**
     * Wraps an adapter.
     *
     * @param threads most threads of the connector
     * @param swallowed most bytes that are discarded to keep a connection; -1 without a limit
     */
    ProtectedAdapter(Adapter container, int threads, int swallowed) {
        this.container = container;
        this.waits = new BoundedWaits.Permits(new Semaphore(Math.max(1, threads / 2)), new Semaphore(threads / 4));
        this.unread = new UnreadBody(Math.max(1, threads / 16), swallowed < 0 ? Long.MAX_VALUE : swallowed);
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        // Tomcat uses a request object again for later requests of the same processor: wrapped once.
        if (request.getInputBuffer() instanceof Http11InputBuffer body) {
            request.setInputBuffer(new BoundedWaits(body, request, waits));
        }
        if (request.getInputBuffer() instanceof BoundedWaits body) {
            body.begin();
            request.setAttribute(ClientConnection.ATTRIBUTE, new TomcatConnection(request, body));
            container.service(request, response);
            unread.end(request);
        } else {
            container.service(request, response);
        }
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent status) throws Exception {
        boolean success = container.asyncDispatch(request, response, status);
        if (request.getInputBuffer() instanceof BoundedWaits) {
            unread.end(request);
        }
        return success;
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
        return container.prepare(request, response);
    }

    @Override
    public void log(Request request, Response response, long time) {
        container.log(request, response, time);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
        container.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
        return container.getDomain();
    }

    /** The connection of a request that is being processed. */
    private record TomcatConnection(Request request, BoundedWaits body) implements ClientConnection {

        /**
         * Reads without waiting: that gives a failure or bytes of a pipelined request, of which only bytes remain. It would overwrite
         * bytes that have been read with the body, which cannot be excluded for chunks.
         */
        @Override
        public boolean isClosed() {
            return !TomcatRequests.isChunked(request)
                    && !body.isReadAhead()
                    && TomcatRequests.is(request, ActionCode.REQUEST_BODY_FULLY_READ)
                    && TomcatRequests.available(request) > 0
                    && TomcatRequests.buffered(request) == 0;
        }

        @Override
        public boolean isBodyOutstanding() {
            return !TomcatRequests.is(request, ActionCode.REQUEST_BODY_FULLY_READ)
                    && (TomcatRequests.isChunked(request)
                            || TomcatRequests.available(request)
                                    < request.getContentLengthLong() - request.getBytesRead());
        }

        @Override
        public void admitBody() {
            body.admit();
        }

        @Override
        public void abort() {
            request.action(ActionCode.CLOSE_NOW, null);
        }
    }
}
