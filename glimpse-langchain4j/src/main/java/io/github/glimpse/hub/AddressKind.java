package io.github.glimpse.hub;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * What an address may be used for. Goes by IANA's registries of special-purpose addresses; of IPv6 only global unicast is public,
 * whatever else may be assigned one day. A NAT64 address is judged by the IPv4 address that it carries, and so is an IPv4-mapped one,
 * which Java reads as IPv4. 6to4, Teredo and IPv4-compatible addresses lead anywhere and are never used.
 */
public enum AddressKind {
    /** On the internet. */
    PUBLIC,
    /** Loopback or an inner network: for hosts that an operator named. */
    PRIVATE,
    /** No server that anybody wants files from: link-local with the metadata services, multicast, reserved. */
    NEVER;

    private static final List<Block> IPV4 = List.of(
            Block.of(NEVER, "0.0.0.0", 8),
            Block.of(PRIVATE, "10.0.0.0", 8),
            // A metadata service inside the carrier's space, at Alibaba.
            Block.of(NEVER, "100.100.100.200", 32),
            Block.of(PRIVATE, "100.64.0.0", 10),
            Block.of(PRIVATE, "127.0.0.0", 8),
            // The platform's service of Azure, at an address that looks public.
            Block.of(NEVER, "168.63.129.16", 32),
            Block.of(NEVER, "169.254.0.0", 16),
            Block.of(PRIVATE, "172.16.0.0", 12),
            Block.of(NEVER, "192.0.0.0", 24),
            Block.of(NEVER, "192.0.2.0", 24),
            Block.of(NEVER, "192.88.99.0", 24),
            Block.of(PRIVATE, "192.168.0.0", 16),
            Block.of(NEVER, "198.18.0.0", 15),
            Block.of(NEVER, "198.51.100.0", 24),
            Block.of(NEVER, "203.0.113.0", 24),
            Block.of(NEVER, "224.0.0.0", 3),
            Block.of(PUBLIC, "0.0.0.0", 0));

    private static final List<Block> IPV6 = List.of(
            Block.of(PRIVATE, "::1", 128),
            // Metadata services inside the local space, at AWS and Google.
            Block.of(NEVER, "fd00:ec2::", 32),
            Block.of(NEVER, "fd20:ce::254", 128),
            Block.of(PRIVATE, "fc00::", 7),
            // Protocol assignments: Teredo, benchmarks, ORCHID.
            Block.of(NEVER, "2001::", 23),
            Block.of(NEVER, "2001:db8::", 32),
            Block.of(NEVER, "2002::", 16),
            Block.of(NEVER, "3fff::", 20),
            Block.of(PUBLIC, "2000::", 3),
            Block.of(NEVER, "::", 0));

    /** IPv4 addresses as a network without IPv4 writes them. */
    private static final Block NAT64 = Block.of(NEVER, "64:ff9b::", 96);

    private static final int IPV4_BYTES = 4;

    /** The kind of an address. */
    public static AddressKind of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return find(IPV4, bytes);
        }
        return NAT64.contains(bytes)
                ? find(IPV4, Arrays.copyOfRange(bytes, bytes.length - IPV4_BYTES, bytes.length))
                : find(IPV6, bytes);
    }

    private static AddressKind find(List<Block> blocks, byte[] address) {
        return blocks.stream()
                .filter(block -> block.contains(address))
                .findFirst()
                .map(Block::kind)
                .orElse(NEVER);
    }

    /** Addresses that begin with the same bits. */
    private record Block(AddressKind kind, InetAddress first, int bits) {

        static Block of(AddressKind kind, String first, int bits) {
            try {
                return new Block(kind, InetAddress.getByName(first), bits);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        boolean contains(byte[] address) {
            byte[] start = first.getAddress();
            if (start.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % Byte.SIZE);
                if (((start[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
