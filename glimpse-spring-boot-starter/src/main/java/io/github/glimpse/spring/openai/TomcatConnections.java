package io.github.glimpse.spring.openai;

import org.apache.catalina.Lifecycle;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ProtocolHandler;
import org.apache.coyote.http11.AbstractHttp11Protocol;

/**
 * Protection of a Tomcat connector from slow request bodies, and access to the connections of its requests.
 *
 * <ul>
 *   <li>A connection whose request body was not read is closed after the response. By default Tomcat reads up to 2 MB of such a body
 *       on the request's thread, at the speed of the client.
 *   <li>At most half of the threads wait for bytes of bodies at once; further reads that would wait fail.
 *   <li>Requests of HTTP/1 have a {@link ClientConnection}.
 * </ul>
 */
public final class TomcatConnections {

    private static final int DEFAULT_THREADS = 200;
    private static final int DEFAULT_SWALLOWED_BYTES = 2 * 1024 * 1024;

    private TomcatConnections() {}

    /** Protects all requests of a connector, from its start. */
    public static void protect(Connector connector) {
        connector.addLifecycleListener(event -> {
            // The connector makes its adapter while it is initialized.
            if (event.getType().equals(Lifecycle.AFTER_INIT_EVENT)) {
                ProtocolHandler protocol = connector.getProtocolHandler();
                int threads = protocol instanceof AbstractProtocol<?> known ? known.getMaxThreads() : DEFAULT_THREADS;
                int swallowed = protocol instanceof AbstractHttp11Protocol<?> http
                        ? http.getMaxSwallowSize()
                        : DEFAULT_SWALLOWED_BYTES;
                protocol.setAdapter(new ProtectedAdapter(
                        protocol.getAdapter(), threads > 0 ? threads : DEFAULT_THREADS, swallowed));
            }
        });
    }
}
