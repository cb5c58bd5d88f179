package io.github.glimpse.request;

import io.github.glimpse.hub.AddressKind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One picture on its way: look up, check, connect to the very address that was checked, read; the same for every redirect. No
 * second look-up can lead elsewhere. Closing it from another thread ends it.
 */
final class ImageDownload implements Callable<byte[]>, AutoCloseable {

    private static final int MOST_REDIRECTS = 3;

    private final URI start;
    private final String accept;
    private final ImageUrlOptions options;
    private final AllowedHosts allowed;
    private final ImageFetcher.Resolver resolver;
    private final Supplier<SSLSocketFactory> tls;
    private final Object lock = new Object();
    private volatile String host;
    private @Nullable Socket open;
    private boolean closed;

    ImageDownload(
            URI start,
            String accept,
            ImageUrlOptions options,
            AllowedHosts allowed,
            ImageFetcher.Resolver resolver,
            Supplier<SSLSocketFactory> tls) {
        this.start = start;
        this.accept = accept;
        this.options = options;
        this.allowed = allowed;
        this.resolver = resolver;
        this.tls = tls;
        this.host = String.valueOf(start.getHost());
    }

    /** The host that is being asked, after redirects. */
    String host() {
        return host;
    }

    @Override
    public byte[] call() throws IOException {
        URI url = start;
        ImageUrl before = null;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            host = url.getHost() == null ? "none" : url.getHost();
            ImageUrl here = ImageUrl.of(url, options.access(), allowed, before);
            try (Socket socket = connect(here)) {
                HttpAnswer answer = ask(here, socket);
                String redirect = answer.redirect();
                if (redirect == null) {
                    return answer.body();
                }
                url = here.resolve(redirect);
            }
            before = here;
        }
        throw new FetchException("is the last of more than " + MOST_REDIRECTS + " redirects");
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            closeSafely(open);
        }
    }

    private Socket connect(ImageUrl url) throws IOException {
        InetAddress[] addresses = addresses(url);
        // One wrong address spoils the rest: a mixed answer is how inner servers are reached.
        for (InetAddress address : addresses) {
            url.check(AddressKind.of(address));
        }
        int timeout = (int) Math.max(1, options.connectTimeout().toMillis());
        for (InetAddress address : addresses) {
            Socket socket = register(new Socket(Proxy.NO_PROXY));
            try {
                socket.connect(new InetSocketAddress(address, url.port()), timeout);
                return socket;
            } catch (IOException e) {
                closeSafely(socket);
            }
        }
        throw new FetchException("cannot be connected to");
    }

    private InetAddress[] addresses(ImageUrl url) throws FetchException {
        InetAddress literal = url.host().literal();
        if (literal != null) {
            return new InetAddress[] {literal};
        }
        try {
            InetAddress[] addresses = resolver.resolve(url.host().text());
            if (addresses.length > 0) {
                return addresses;
            }
        } catch (UnknownHostException e) {
            // Said below: its text has nothing more.
        }
        throw new FetchException("is not known");
    }

    private HttpAnswer ask(ImageUrl url, Socket socket) throws IOException {
        Socket talk = url.secure() ? secured(url, socket) : socket;
        String request =
                "GET " + url.target() + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nUser-Agent: glimpse\r\nAccept: "
                        + accept + "\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n";
        talk.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        talk.getOutputStream().flush();
        InputStream in = new BufferedInputStream(talk.getInputStream());
        return HttpAnswer.read(in, options.maxBytes());
    }

    private Socket secured(ImageUrl url, Socket socket) throws IOException {
        String name = url.host().text();
        String plain = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        SSLSocket secure = (SSLSocket) tls.get().createSocket(socket, plain, url.port(), true);
        SSLParameters parameters = secure.getSSLParameters();
        // The certificate must be the name's; the name goes along as SNI.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        try {
            secure.startHandshake();
        } catch (SSLException e) {
            throw new FetchException("has no TLS certificate that is trusted for it, or speaks no common TLS");
        }
        return secure;
    }

    /** The raw socket: closing it never waits for the other side, as closing TLS may. */
    private Socket register(Socket socket) throws FetchException {
        synchronized (lock) {
            open = socket;
            if (closed) {
                closeSafely(socket);
                throw new FetchException("is no longer waited for");
            }
            return socket;
        }
    }

    private static void closeSafely(@Nullable Socket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is given up anyway.
            }
        }
    }
}
