package io.github.glimpse.engine;

import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Shared library in the ELF format, 64 bits and little-endian. Its headers tell how long the file has to be; the loader maps
 * a shorter one nevertheless, and the process ends by SIGBUS. Files of other formats are not checked.
 */
final class SharedObject {

    private static final Pattern NAME = Pattern.compile(".*\\.so(\\.\\d+)*");
    private static final int MAGIC = 0x464c457f;
    private static final byte BITS_64 = 2;
    private static final byte LITTLE_ENDIAN = 1;
    private static final int HEADER_BYTES = 64;
    private static final int SEGMENT_BYTES = 56;
    private static final int LOADED_SEGMENT = 1;

    private SharedObject() {}

    /**
     * Checks the shared libraries of a folder.
     *
     * @throws NativeLibraryException if one of them is truncated
     */
    static void checkAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(SharedObject::isOne).toList()) {
                long size = Files.size(file);
                long needed = neededBytes(file);
                if (size < needed) {
                    throw new NativeLibraryException("The native library " + file + " has " + size
                            + " bytes, but its headers tell of " + needed
                            + " bytes: it is truncated; install libtorch " + TorchRuntime.LIBTORCH_VERSION
                            + " into that folder again, or delete the folder if it was downloaded");
                }
            }
        }
    }

    private static boolean isOne(Path file) {
        return NAME.matcher(file.getFileName().toString()).matches() && Files.isRegularFile(file);
    }

    /** Bytes that the headers and the loaded segments need; 0 for a file of another format. */
    static long neededBytes(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer header = read(channel, 0, HEADER_BYTES);
            if (header.limit() < HEADER_BYTES
                    || header.getInt(0) != MAGIC
                    || header.get(4) != BITS_64
                    || header.get(5) != LITTLE_ENDIAN) {
                return 0;
            }
            long segments = header.getLong(32);
            long sections = header.getLong(40);
            int segmentBytes = Short.toUnsignedInt(header.getShort(54));
            int segmentCount = Short.toUnsignedInt(header.getShort(56));
            long needed = Math.max(
                    segments + (long) segmentBytes * segmentCount,
                    sections + (long) header.getShort(58) * Short.toUnsignedInt(header.getShort(60)));
            for (int i = 0; i < segmentCount; i++) {
                ByteBuffer segment = read(channel, segments + (long) i * segmentBytes, SEGMENT_BYTES);
                if (segment.limit() == SEGMENT_BYTES && segment.getInt(0) == LOADED_SEGMENT) {
                    needed = Math.max(needed, segment.getLong(8) + segment.getLong(32));
                }
            }
            return needed;
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        int count = 0;
        while (count >= 0 && bytes.hasRemaining() && position >= 0) {
            count = channel.read(bytes, position + bytes.position());
        }
        return bytes.flip();
    }
}
