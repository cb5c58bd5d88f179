package io.github.glimpse.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The first directory of a TIFF file: tag to whole numbers. Only that one is read; chains of directories, which may be
 * endless, are not followed.
 */
final class TiffDirectory {

    private static final int ENTRY_BYTES = 12;
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int UNDEFINED = 7;

    /** Sizes, offsets, lengths and fax options: the JDK's reader wants four bytes for them, however small they are. */
    private static final Set<Integer> ALWAYS_LONG = Set.of(256, 257, 273, 278, 279, 292, 293, 322, 323, 324, 325);

    private final FileBytes file;
    private final SortedMap<Integer, Entry> entries = new TreeMap<>();

    private record Entry(int type, int count, long offset) {

        int size() {
            return switch (type) {
                case BYTE, UNDEFINED -> 1;
                case SHORT -> 2;
                case LONG -> 4;
                default -> 0;
            };
        }
    }

    TiffDirectory(FileBytes file) throws IOException {
        this.file = file.as(file.startsWith(0, "II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long start = this.file.u32(4);
        int count = this.file.u16(start);
        for (int i = 0; i < count; i++) {
            long at = start + 2 + (long) i * ENTRY_BYTES;
            read(at);
        }
    }

    private void read(long at) throws IOException {
        long count = file.u32(at + 4);
        Entry inline = new Entry(file.u16(at + 2), (int) Math.min(count, Integer.MAX_VALUE), at + 8);
        long bytes = (long) inline.size() * count;
        if (bytes == 0) {
            return; // text, fractions and such: nothing that pixels need
        }
        long offset = bytes <= 4 ? at + 8 : file.u32(at + 8);
        if (offset + bytes <= file.length()) {
            entries.putIfAbsent(file.u16(at), new Entry(inline.type(), inline.count(), offset));
        }
    }

    FileBytes file() {
        return file;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** All numbers of a tag, each 0 to 2^32 - 1; empty if it is missing. */
    long[] numbers(int tag) throws IOException {
        Entry entry = entries.get(tag);
        if (entry == null) {
            return new long[0];
        }
        long[] numbers = new long[entry.count()];
        for (int i = 0; i < numbers.length; i++) {
            long at = entry.offset() + (long) i * entry.size();
            numbers[i] = switch (entry.size()) {
                case 1 -> file.u8(at);
                case 2 -> file.u16(at);
                default -> file.u32(at);
            };
        }
        return numbers;
    }

    /** The first number of a tag, or the default. */
    long number(int tag, long defaultValue) throws IOException {
        long[] numbers = numbers(tag);
        return numbers.length == 0 ? defaultValue : numbers[0];
    }

    byte[] bytes(int tag) throws IOException {
        Entry entry = entries.get(tag);
        return entry == null ? new byte[0] : file.copy(entry.offset(), (long) entry.count() * entry.size());
    }

    /**
     * The file with another directory behind it, which the header then points to.
     *
     * @param tags the whole new directory, each tag with its numbers
     */
    byte[] withDirectory(SortedMap<Integer, long[]> tags) throws IOException {
        SortedMap<Integer, Value> values = new TreeMap<>();
        tags.forEach((tag, numbers) -> values.put(tag, valueOf(tag, numbers)));
        int start = file.length() + file.length() % 2;
        int valuesStart = start + 2 + values.size() * ENTRY_BYTES + 4;
        byte[] directoryBytes = new byte[valuesStart - start];
        ByteBuffer directory = view(directoryBytes);
        directory.putShort((short) values.size());
        ByteArrayOutputStream outside = new ByteArrayOutputStream();
        for (var value : values.entrySet()) {
            byte[] content = value.getValue().bytes();
            directory.putShort(value.getKey().shortValue()).putShort((short)
                    value.getValue().type());
            directory.putInt(value.getValue().count());
            if (content.length <= 4) {
                directory.put(content).put(new byte[4 - content.length]);
            } else {
                directory.putInt(valuesStart + outside.size());
                outside.write(content);
                outside.write(new byte[content.length % 2]);
            }
        }
        byte[] result = Arrays.copyOf(file.array(), valuesStart + outside.size());
        view(result).putInt(4, start).position(start).put(directoryBytes).put(outside.toByteArray());
        return result;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Value(int type, int count, byte[] bytes) {}

    /** As short numbers where they fit, for readers expect that of most tags. */
    private Value valueOf(int tag, long[] numbers) {
        boolean isShort = !ALWAYS_LONG.contains(tag) && Arrays.stream(numbers).allMatch(number -> number <= 0xFFFF);
        byte[] bytes = new byte[(isShort ? 2 : 4) * numbers.length];
        ByteBuffer view = view(bytes);
        for (long number : numbers) {
            if (isShort) {
                view.putShort((short) number);
            } else {
                view.putInt((int) number);
            }
        }
        return new Value(isShort ? SHORT : LONG, numbers.length, bytes);
    }

    private ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(file.order());
    }
}
