package io.github.glimpse.request;

import io.github.glimpse.hub.AddressKind;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A URL that may be asked for a picture, as far as can be told without asking anybody.
 *
 * @param host in one spelling
 * @param port given or the scheme's
 * @param secure https
 * @param target path and query, ASCII
 * @param privateAllowed the operator named this host exactly, so it may be at a private address
 */
record ImageUrl(HostName host, int port, boolean secure, String target, boolean privateAllowed) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int LAST_PORT = 65_535;
    private static final int LONGEST = 8192;

    /**
     * Checks a URL against the policy: scheme, user information, port, host.
     *
     * @param before the URL that redirected here, or null
     */
    static ImageUrl of(URI url, ImageUrlOptions.Access access, AllowedHosts allowed, @Nullable ImageUrl before)
            throws FetchException {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw new FetchException("is asked for by another scheme than http or https");
        }
        if (before != null && before.secure && !secure) {
            throw new FetchException("is asked for by http after https");
        }
        if (url.getRawUserInfo() != null) {
            throw new FetchException("is asked for with a user's name in the URL");
        }
        if (url.getHost() == null) {
            throw new FetchException("is not a host name or address");
        }
        HostName host = HostName.of(url.getHost());
        int port = url.getPort() < 0 ? (secure ? HTTPS : HTTP) : url.getPort();
        checkHost(host, port, access, allowed);
        return new ImageUrl(host, port, secure, target(url), allowed.namesExactly(host, port));
    }

    private static void checkHost(HostName host, int port, ImageUrlOptions.Access access, AllowedHosts allowed)
            throws FetchException {
        boolean listed = allowed.covers(host, port);
        if (port < 1 || port > LAST_PORT || (!listed && !AllowedHosts.isUsual(port))) {
            throw new FetchException("is asked at port " + port + "; name host:port in glimpse.images.allowed-hosts");
        }
        if (!listed && access != ImageUrlOptions.Access.ANY) {
            throw new FetchException("is not in glimpse.images.allowed-hosts");
        }
        if (host.literal() != null) {
            checkKind(AddressKind.of(host.literal()), allowed.namesExactly(host, port));
        }
    }

    private static void checkKind(AddressKind kind, boolean privateAllowed) throws FetchException {
        if (kind == AddressKind.NEVER) {
            throw new FetchException("is at a link-local, reserved or other special address, which is never asked");
        }
        if (kind == AddressKind.PRIVATE && !privateAllowed) {
            throw new FetchException(
                    "is at a private or loopback address; name it exactly in glimpse.images.allowed-hosts");
        }
    }

    /** Refuses what this URL's host must not be at. */
    void check(AddressKind kind) throws FetchException {
        checkKind(kind, privateAllowed);
    }

    private static String target(URI url) throws FetchException {
        String ascii = URI.create(url.toASCIIString()).getRawPath();
        String query = URI.create(url.toASCIIString()).getRawQuery();
        String target = (ascii == null || ascii.isEmpty() ? "/" : ascii) + (query == null ? "" : "?" + query);
        if (target.length() > LONGEST) {
            throw new FetchException("is asked with a URL longer than " + LONGEST + " characters");
        }
        return target;
    }

    /** What the Host field says. */
    String authority() {
        return port == (secure ? HTTPS : HTTP) ? host.text() : host.text() + ":" + port;
    }

    /** Where a redirect of this URL leads; not checked yet. */
    URI resolve(String location) throws FetchException {
        try {
            URI here = new URI((secure ? "https://" : "http://") + authority() + target);
            return here.resolve(new URI(location));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new FetchException("redirects to something that is no URL");
        }
    }
}
