package io.github.glimpse.image.webp;

import java.io.IOException;
import java.util.Arrays;

/**
 * The five codes that a block of pixels uses (RFC 9649, section 3.7): green with lengths and cached colours, red, blue,
 * transparency, distances.
 */
record HuffmanGroup(HuffmanCode green, HuffmanCode red, HuffmanCode blue, HuffmanCode alpha, HuffmanCode distance) {

    static final int LITERALS = 256;
    static final int LENGTHS = 24;

    private static final int DISTANCES = 40;
    private static final int LENGTH_CODES = 19;
    private static final int[] LENGTH_CODE_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final int REPEAT_LAST = 16;
    private static final int[] REPEAT_BITS = {2, 3, 7};
    private static final int[] REPEAT_LEAST = {3, 3, 11};
    private static final int LENGTH_BEFORE_FIRST = 8;

    /** @param cacheSize colours in the cache, 0 if there is none */
    static HuffmanGroup read(LosslessBits bits, int cacheSize) throws IOException {
        int[] lengths = new int[LITERALS + LENGTHS + cacheSize];
        return new HuffmanGroup(
                readCode(bits, lengths, LITERALS + LENGTHS + cacheSize),
                readCode(bits, lengths, LITERALS),
                readCode(bits, lengths, LITERALS),
                readCode(bits, lengths, LITERALS),
                readCode(bits, lengths, DISTANCES));
    }

    /** Rough size in memory, in numbers. */
    int size() {
        return green.size() + red.size() + blue.size() + alpha.size() + distance.size();
    }

    private static HuffmanCode readCode(LosslessBits bits, int[] lengths, int symbolCount) throws IOException {
        Arrays.fill(lengths, 0);
        if (bits.flag()) {
            boolean two = bits.flag();
            int firstSymbol = bits.number(bits.flag() ? 8 : 1);
            lengths[firstSymbol] = 1;
            if (two) {
                lengths[bits.number(8)] = 1;
            }
            if (firstSymbol >= symbolCount) {
                throw new IOException("a Huffman code is damaged");
            }
        } else {
            readLengths(bits, lengths, symbolCount);
        }
        return new HuffmanCode(lengths, symbolCount);
    }

    private static void readLengths(LosslessBits bits, int[] lengths, int symbolCount) throws IOException {
        int[] codeLengths = new int[LENGTH_CODES];
        int count = bits.number(4) + 4;
        for (int i = 0; i < count; i++) {
            codeLengths[LENGTH_CODE_ORDER[i]] = bits.number(3);
        }
        HuffmanCode code = new HuffmanCode(codeLengths, LENGTH_CODES);
        int left = symbolCount;
        if (bits.flag()) {
            left = 2 + bits.number(2 + 2 * bits.number(3));
        }
        if (left > symbolCount) {
            throw new IOException("a Huffman code is damaged");
        }
        int last = LENGTH_BEFORE_FIRST;
        for (int symbol = 0; symbol < symbolCount && left > 0; left--) {
            int length = code.read(bits);
            if (length < REPEAT_LAST) {
                lengths[symbol++] = length;
                last = length == 0 ? last : length;
                continue;
            }
            int kind = length - REPEAT_LAST;
            int repeats = REPEAT_LEAST[kind] + bits.number(REPEAT_BITS[kind]);
            if (symbol + repeats > symbolCount) {
                throw new IOException("a Huffman code is damaged");
            }
            Arrays.fill(lengths, symbol, symbol + repeats, kind == 0 ? last : 0);
            symbol += repeats;
        }
    }
}
