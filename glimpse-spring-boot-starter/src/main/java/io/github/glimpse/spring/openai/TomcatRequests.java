package io.github.glimpse.spring.openai;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;

/** State of Tomcat's requests, by their actions. */
final class TomcatRequests {

    private TomcatRequests() {}

    /** Bytes that can be read without waiting, after a read that does not block; 1 if the connection has failed or is closed. */
    static int available(Request request) {
        request.action(ActionCode.AVAILABLE, true);
        return request.getAvailable();
    }

    /** Bytes that have been read from the socket and not yet consumed. */
    static int buffered(Request request) {
        request.action(ActionCode.AVAILABLE, false);
        return request.getAvailable();
    }

    /** Whether a state of the request holds. */
    static boolean is(Request request, ActionCode state) {
        AtomicBoolean result = new AtomicBoolean();
        request.action(state, result);
        return result.get();
    }

    /** Whether the length of the body is not announced. */
    static boolean isChunked(Request request) {
        return request.getContentLengthLong() < 0;
    }
}
