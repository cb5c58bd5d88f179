package io.github.glimpse.constrain;

import java.util.Arrays;
import java.util.List;

/**
 * Tokens by their bytes, as a tree laid out in the order in which it is walked: a node's children follow it, and behind
 * the last of all below it stands {@code behind(node)}. Node 0 is the root, which has no byte. Immutable.
 */
final class TokenTrie {

    private final byte[] bytes;
    private final short[] depths;
    private final int[] behind;
    private final int[] firstId;
    private final int[] ids;

    /** One token. */
    record Token(int id, byte[] bytes) {}

    /** Lays tokens out, none of them empty, in any order. */
    TokenTrie(List<Token> tokens) {
        Token[] sorted = tokens.toArray(Token[]::new);
        Arrays.sort(sorted, (left, right) -> {
            int order = Arrays.compareUnsigned(left.bytes(), right.bytes());
            return order != 0 ? order : Integer.compare(left.id(), right.id());
        });
        int nodes = 1;
        byte[] before = new byte[0];
        for (Token token : sorted) {
            nodes += token.bytes().length - shared(before, token.bytes());
            before = token.bytes();
        }
        bytes = new byte[nodes];
        depths = new short[nodes];
        behind = new int[nodes];
        firstId = new int[nodes + 1];
        ids = new int[sorted.length];
        int[] path = new int
                [1
                        + Arrays.stream(sorted)
                                .mapToInt(token -> token.bytes().length)
                                .max()
                                .orElse(0)];
        int node = 0;
        int open = 0;
        before = new byte[0];
        for (int index = 0; index < sorted.length; index++) {
            byte[] spelled = sorted[index].bytes();
            int shared = shared(before, spelled);
            for (; open > shared; open--) {
                behind[path[open]] = node + 1;
            }
            while (open < spelled.length) {
                node++;
                bytes[node] = spelled[open];
                depths[node] = (short) ++open;
                path[open] = node;
                firstId[node] = index;
            }
            ids[index] = sorted[index].id();
            before = spelled;
        }
        for (; open >= 0; open--) {
            behind[path[open]] = nodes;
        }
        firstId[nodes] = sorted.length;
    }

    private static int shared(byte[] left, byte[] right) {
        int mismatch = Arrays.mismatch(left, right);
        return mismatch < 0 ? left.length : mismatch;
    }

    int nodes() {
        return bytes.length;
    }

    int symbol(int node) {
        return bytes[node] & 0xFF;
    }

    /** Bytes from the root to the node. */
    int depth(int node) {
        return depths[node];
    }

    /** The first node that is not below this one. */
    int behind(int node) {
        return behind[node];
    }

    /** Places of the node's own ids are those from here up to {@code firstId(node + 1)}. */
    int firstId(int node) {
        return firstId[node];
    }

    int id(int place) {
        return ids[place];
    }

    int depthMost() {
        int most = 0;
        for (short depth : depths) {
            most = Math.max(most, depth);
        }
        return most;
    }

    /** The child with this byte; -1 if there is none. */
    int child(int node, int symbol) {
        for (int child = node + 1; child < behind[node]; child = behind[child]) {
            if (symbol(child) == symbol) {
                return child;
            }
        }
        return -1;
    }

    /** Whether a token ends at the node. */
    boolean hasIds(int node) {
        return firstId[node] < firstId[node + 1];
    }

    /** One bit for each rest of a byte by 64 that some child's byte has. */
    long childBits(int node) {
        long bits = 0;
        for (int child = node + 1; child < behind[node]; child = behind[child]) {
            bits |= 1L << bytes[child];
        }
        return bits;
    }
}
