package io.github.glimpse.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads numbers out of a file that nobody vouches for: each access is checked and says where the file ended. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FileBytes(byte[] array, ByteOrder order) {

    FileBytes(byte[] array) {
        this(array, ByteOrder.BIG_ENDIAN);
    }

    /** The same bytes, read in the other order. */
    FileBytes as(ByteOrder other) {
        return new FileBytes(array, other);
    }

    int length() {
        return array.length;
    }

    boolean startsWith(int offset, int... bytes) {
        if (offset < 0 || array.length - offset < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((array[offset + i] & 0xFF) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    boolean startsWith(int offset, String ascii) {
        return startsWith(offset, ascii.chars().toArray());
    }

    int u8(long offset) throws IOException {
        return array[at(offset, 1)] & 0xFF;
    }

    int u16(long offset) throws IOException {
        int at = at(offset, 2);
        int first = array[at] & 0xFF;
        int second = array[at + 1] & 0xFF;
        return order == ByteOrder.BIG_ENDIAN ? first << 8 | second : second << 8 | first;
    }

    /** Three bytes; files that have them are little-endian. */
    int u24(long offset) throws IOException {
        return u8(offset) | u8(offset + 1) << 8 | u8(offset + 2) << 16;
    }

    long u32(long offset) throws IOException {
        return s32(offset) & 0xFFFF_FFFFL;
    }

    int s32(long offset) throws IOException {
        int first = u16(offset);
        int second = u16(offset + 2);
        return order == ByteOrder.BIG_ENDIAN ? first << 16 | second : second << 16 | first;
    }

    /** Four letters, such as a chunk's name. */
    String ascii(long offset, int count) throws IOException {
        return new String(array, at(offset, count), count, StandardCharsets.ISO_8859_1);
    }

    /** Copies {@code count} bytes from {@code offset} on. */
    byte[] copy(long offset, long count) throws IOException {
        int from = at(offset, count);
        return Arrays.copyOfRange(array, from, from + (int) count);
    }

    /** Checks that {@code count} bytes from {@code offset} on exist; returns the offset. */
    int at(long offset, long count) throws IOException {
        if (offset < 0 || count < 0 || offset > array.length - count) {
            throw new EOFException("the file has " + array.length + " bytes, but " + count + " are wanted from byte "
                    + offset + " on: it is cut off or damaged");
        }
        return (int) offset;
    }
}
