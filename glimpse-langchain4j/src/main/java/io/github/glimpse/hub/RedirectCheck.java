package io.github.glimpse.hub;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where a hub may send us on: to the internet, to its own host, and into inner networks only if it lies there itself. Otherwise
 * whoever answers for a hub could ask inner servers in our name.
 *
 * <p>Goes by all addresses that a name has now. The client looks the name up again when it connects, which the JDK does not let
 * one forbid; its cache of names (30 s unless the JVM is told otherwise) gives the same answer then.
 */
final class RedirectCheck {

    private final URI endpoint;
    private final Resolver resolver;

    /** Asks for the addresses of a host. */
    @FunctionalInterface
    interface Resolver {

        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** How far inside a network something lies; later ones are further inside. */
    private enum Place {
        INTERNET("the internet"),
        INNER_NETWORK("an inner network"),
        THIS_MACHINE("this machine"),
        NOWHERE("an address of no server for files, such as link-local");

        private final String label;

        Place(String label) {
            this.label = label;
        }

        static Place of(InetAddress address) {
            if (address.isLoopbackAddress()) {
                return THIS_MACHINE;
            }
            return switch (AddressKind.of(address)) {
                case PUBLIC -> INTERNET;
                case PRIVATE -> INNER_NETWORK;
                case NEVER -> NOWHERE;
            };
        }
    }

    RedirectCheck(URI endpoint, Resolver resolver) {
        this.endpoint = endpoint;
        this.resolver = resolver;
    }

    /**
     * Checks a redirect.
     *
     * @throws HubRefusal if it leads further inside than the endpoint lies
     */
    void check(URI from, URI target) throws HubRefusal {
        if (target.getHost().equalsIgnoreCase(endpoint.getHost())) {
            return;
        }
        Place there = innermost(target.getHost());
        if (there == Place.INTERNET) {
            return;
        }
        if (there == Place.NOWHERE || there.compareTo(innermost(endpoint.getHost())) > 0) {
            throw HubRefusal.lasting(String.format(
                    Locale.ROOT,
                    "%s redirects to %s, which is %s; it is not followed, since the hub (HF_ENDPOINT) is not there",
                    from.getHost(),
                    target.getHost(),
                    there.label));
        }
    }

    /** Of several addresses the one furthest inside counts: a mixed answer is how inner servers are reached. */
    private Place innermost(String host) {
        try {
            return Arrays.stream(resolver.resolve(host))
                    .map(Place::of)
                    .max(Place::compareTo)
                    .orElse(Place.INTERNET);
        } catch (UnknownHostException e) {
            // Only a proxy may know it; without one there will be no connection either.
            return Place.INTERNET;
        }
    }
}
