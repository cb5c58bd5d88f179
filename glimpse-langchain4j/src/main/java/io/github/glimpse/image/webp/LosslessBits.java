package io.github.glimpse.image.webp;

import java.io.EOFException;
import java.io.IOException;

/** Reads bits, the lowest of a byte first. */
final class LosslessBits {

    private static final int MOST_LOADED = Long.SIZE - Byte.SIZE;

    private final byte[] data;
    private final int end;
    private int next;
    private long loaded;
    private int loadedBits;

    LosslessBits(byte[] data, int start, int length) {
        this.data = data;
        next = start;
        end = start + length;
    }

    /** A whole number of 0 to 32 bits. */
    int number(int bits) throws IOException {
        int number = peek(bits);
        skip(bits);
        return number;
    }

    boolean flag() throws IOException {
        return number(1) != 0;
    }

    /** The next bits without moving on; zeros stand behind the end. */
    int peek(int bits) {
        if (loadedBits < bits) {
            while (loadedBits <= MOST_LOADED && next < end) {
                loaded |= (data[next++] & 0xFFL) << loadedBits;
                loadedBits += Byte.SIZE;
            }
        }
        return (int) (loaded & (1L << bits) - 1);
    }

    void skip(int bits) throws IOException {
        if (bits > loadedBits) {
            throw new EOFException("its pixels end too early");
        }
        loaded >>>= bits;
        loadedBits -= bits;
    }
}
