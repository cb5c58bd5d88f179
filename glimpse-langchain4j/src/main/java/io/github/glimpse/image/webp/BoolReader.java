package io.github.glimpse.image.webp;

import java.io.EOFException;
import java.io.IOException;

/**
 * The arithmetic decoder of VP8 (RFC 6386, section 7): reads yes-no decisions, each with the probability that it is no.
 */
final class BoolReader {

    private static final int EVEN = 128;

    private final byte[] data;
    private final int end;
    private int next;

    /** Bits read ahead; the lowest {@link #spareBits} of them are not yet in use. */
    private long value;

    private int spareBits = -Byte.SIZE;
    private int range = 255;
    private boolean exhausted;

    BoolReader(byte[] data, int start, int length) {
        this.data = data;
        next = start;
        end = start + length;
    }

    /**
     * Reads one decision.
     *
     * @param probability that it is 0, in 256 parts
     */
    int bit(int probability) {
        if (spareBits < 0) {
            load();
        }
        int split = 1 + (((range - 1) * probability) >> Byte.SIZE);
        long bigSplit = (long) split << spareBits;
        int bit;
        if (value >= bigSplit) {
            value -= bigSplit;
            range -= split;
            bit = 1;
        } else {
            range = split;
            bit = 0;
        }
        int shift = Integer.numberOfLeadingZeros(range) - 24;
        range <<= shift;
        spareBits -= shift;
        return bit;
    }

    private void load() {
        while (spareBits < 0 || (spareBits <= 40 && next < end)) {
            int following = 0;
            if (next < end) {
                following = data[next++] & 0xFF;
            } else {
                exhausted = true;
            }
            value = value << Byte.SIZE | following;
            spareBits += Byte.SIZE;
        }
    }

    boolean flag() {
        return bit(EVEN) != 0;
    }

    /** An unsigned number of some bits, the highest first. */
    int number(int bits) {
        int number = 0;
        for (int i = 0; i < bits; i++) {
            number = number << 1 | bit(EVEN);
        }
        return number;
    }

    /** A number of some bits and its sign. */
    int signed(int bits) {
        int number = number(bits);
        return flag() ? -number : number;
    }

    /** A signed number if a flag says that it is there, else 0. */
    int optionalSigned(int bits) {
        return flag() ? signed(bits) : 0;
    }

    /** Fails if decisions were asked for that the data do not hold. */
    void checkNotExhausted() throws IOException {
        if (exhausted) {
            throw new EOFException("its pixels end too early");
        }
    }
}
