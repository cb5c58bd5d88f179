package io.github.glimpse.request;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host in one spelling, so that two that mean the same are equal.
 *
 * @param text lower case, without a final dot; IPv6 in brackets and in full
 * @param literal the address if the host is one, else null
 */
record HostName(String text, @Nullable InetAddress literal) {

    private static final int LONGEST = 253;
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

    /** What resolvers take for a number in the last place: then the whole is an address and no name. */
    private static final Pattern NUMBER_AT_THE_END = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

    private static final String BYTE = "(0|[1-9][0-9]{0,2})";
    private static final Pattern FOUR_BYTES = Pattern.compile(BYTE + "\\." + BYTE + "\\." + BYTE + "\\." + BYTE);

    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]{2,45}]");

    /**
     * Reads a host as it stands in a URL.
     *
     * @throws FetchException if it is none, or an address in a spelling that programs read differently: {@code 2130706433},
     *     {@code 0x7f.1}, {@code 0177.0.0.1}
     */
    static HostName of(String host) throws FetchException {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.length() > LONGEST) {
            throw new FetchException("is longer than " + LONGEST + " characters");
        }
        if (IPV6.matcher(name).matches()) {
            InetAddress address = address(name);
            String text = address.getHostAddress();
            return new HostName(address instanceof Inet4Address ? text : "[" + text + "]", address);
        }
        if (!NAME.matcher(name).matches()) {
            throw new FetchException("is not a host name or address");
        }
        if (!NUMBER_AT_THE_END.matcher(name).matches()) {
            return new HostName(name, null);
        }
        if (!FOUR_BYTES.matcher(name).matches()) {
            throw new FetchException("is an IPv4 address in an unusual spelling; write four decimal numbers");
        }
        return new HostName(name, address(name));
    }

    /** Only for what looks like an address, so nobody is asked. */
    private static InetAddress address(String literal) throws FetchException {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new FetchException("is not a host name or address");
        }
    }
}
