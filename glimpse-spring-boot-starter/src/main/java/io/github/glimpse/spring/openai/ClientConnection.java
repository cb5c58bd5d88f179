package io.github.glimpse.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a request, in a servlet container that shows it: {@link TomcatConnections} does for HTTP/1. Not safe for concurrent
 * use: no call may overlap with another one or with reading or writing the request.
 */
interface ClientConnection {

    /** Attribute of the requests that have one. */
    String ATTRIBUTE = ClientConnection.class.getName();

    /** Whether the client has closed the connection or its sending half. Only known once the body has been read. Does not block. */
    boolean isClosed();

    /** Whether the body, or a part of it, has neither been read nor arrived. Does not block. */
    boolean isBodyOutstanding();

    /** Lets the body wait for its bytes apart from those that nothing has admitted. Its caller bounds how many such bodies there are. */
    void admitBody();

    /** Closes the connection without the end of the response, so that the client cannot take it for a complete one. */
    void abort();

    /** The connection of a request; null where the container does not show it. */
    static @Nullable ClientConnection of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ClientConnection connection ? connection : null;
    }
}
