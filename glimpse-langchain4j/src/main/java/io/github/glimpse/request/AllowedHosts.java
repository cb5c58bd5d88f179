package io.github.glimpse.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The hosts that an operator named. */
final class AllowedHosts {

    private static final int NO_PORT = -1;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int LAST_PORT = 65_535;

    private final List<Entry> entries;

    private AllowedHosts(List<Entry> entries) {
        this.entries = entries;
    }

    private record Entry(String host, int port, boolean below) {

        boolean exactly(String name, int atPort) {
            return !below && host.equals(name) && (port == NO_PORT ? isUsual(atPort) : port == atPort);
        }

        boolean covers(String name, int atPort) {
            return below ? name.endsWith("." + host) && isUsual(atPort) : exactly(name, atPort);
        }
    }

    /**
     * Reads {@code host}, {@code *.host}, {@code host:port}.
     *
     * @throws IllegalArgumentException for anything else
     */
    static AllowedHosts parse(List<String> texts) {
        List<Entry> entries = new ArrayList<>();
        for (String text : texts) {
            entries.add(entry(text));
        }
        return new AllowedHosts(entries);
    }

    /** The ports that need no naming. */
    static boolean isUsual(int port) {
        return port == HTTP || port == HTTPS;
    }

    /** Whether an entry lets this host in at this port. */
    boolean covers(HostName host, int port) {
        return entries.stream().anyMatch(entry -> entry.covers(host.text(), port));
    }

    /** Whether an entry names this host itself, which permits private addresses. */
    boolean namesExactly(HostName host, int port) {
        return entries.stream().anyMatch(entry -> entry.exactly(host.text(), port));
    }

    private static Entry entry(String text) {
        String rest = text.strip().toLowerCase(Locale.ROOT);
        boolean below = rest.startsWith("*.");
        String host = below ? rest.substring(2) : rest;
        int port = NO_PORT;
        int colon = host.lastIndexOf(':');
        if (colon > host.lastIndexOf(']')) {
            port = port(host.substring(colon + 1), text);
            host = host.substring(0, colon);
        }
        if (below && port != NO_PORT) {
            throw refused(text);
        }
        try {
            HostName name = HostName.of(host);
            if (below && name.literal() != null) {
                throw refused(text);
            }
            return new Entry(name.text(), port, below);
        } catch (FetchException e) {
            throw refused(text);
        }
    }

    private static int port(String digits, String text) {
        if (!digits.matches("[0-9]{1,5}")) {
            throw refused(text);
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > LAST_PORT) {
            throw refused(text);
        }
        return port;
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException("'" + text + "' is no host; write host, *.host or host:port");
    }
}
