package io.github.glimpse.image.webp;

import java.io.IOException;

/**
 * A canonical Huffman code. Short codes are found in one step by a table; longer ones, which are rare, bit by bit. A
 * code of one symbol takes no bits.
 */
final class HuffmanCode {

    private static final int LONGEST = 15;
    private static final int TABLE_BITS = 8;

    /** Entries of the table: the symbol, and its length in the low bits; 0 if the code is longer. */
    private static final int LENGTH_BITS = 4;

    private final int tableBits;
    private final int[] table;

    /** Symbols by length, then by value. */
    private final short[] symbols;

    private final int[] countByLength = new int[LONGEST + 1];

    /**
     * Builds the code.
     *
     * @param lengths code length per symbol, 0 to 15; 0 = unused
     * @param symbolCount how many of them count
     * @throws IOException if some bits would lead nowhere, or to two symbols
     */
    HuffmanCode(int[] lengths, int symbolCount) throws IOException {
        int longest = 0;
        int used = 0;
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            countByLength[lengths[symbol]]++;
            longest = Math.max(longest, lengths[symbol]);
            used += lengths[symbol] > 0 ? 1 : 0;
        }
        countByLength[0] = 0;
        symbols = new short[used];
        int[] firstByLength = new int[LONGEST + 2];
        for (int length = 1; length <= LONGEST; length++) {
            firstByLength[length + 1] = firstByLength[length] + countByLength[length];
        }
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            if (lengths[symbol] > 0) {
                symbols[firstByLength[lengths[symbol]]++] = (short) symbol;
            }
        }
        if (used != 1) {
            checkComplete();
        }
        tableBits = used == 1 ? 0 : Math.min(longest, TABLE_BITS);
        table = new int[1 << tableBits];
        fillTable();
    }

    private void checkComplete() throws IOException {
        int open = 1;
        for (int length = 1; length <= LONGEST; length++) {
            open = 2 * open - countByLength[length];
            if (open < 0) {
                break;
            }
        }
        if (open != 0) {
            throw new IOException("a Huffman code is damaged");
        }
    }

    private void fillTable() {
        int code = 0;
        int index = 0;
        for (int length = 1; length <= tableBits; length++) {
            for (int i = 0; i < countByLength[length]; i++) {
                int entry = symbols[index++] << LENGTH_BITS | length;
                // The stream has the first bit of a code lowest
                int reversed = Integer.reverse(code++) >>> (Integer.SIZE - length);
                for (int at = reversed; at < table.length; at += 1 << length) {
                    table[at] = entry;
                }
            }
            code <<= 1;
        }
    }

    /** Reads the next symbol. */
    int read(LosslessBits bits) throws IOException {
        if (symbols.length == 1) {
            return symbols[0];
        }
        int entry = table[bits.peek(tableBits)];
        if (entry == 0) {
            return readLong(bits);
        }
        bits.skip(entry & (1 << LENGTH_BITS) - 1);
        return entry >> LENGTH_BITS;
    }

    private int readLong(LosslessBits bits) throws IOException {
        int ahead = bits.peek(LONGEST);
        int code = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code |= ahead >> (length - 1) & 1;
            int place = code - first;
            if (place < countByLength[length]) {
                bits.skip(length);
                return symbols[index + place];
            }
            index += countByLength[length];
            first = (first + countByLength[length]) << 1;
            code <<= 1;
        }
        throw new IOException("a Huffman code is damaged");
    }

    /** Rough size in memory, in numbers. */
    int size() {
        return table.length + symbols.length / 2 + LONGEST;
    }
}
