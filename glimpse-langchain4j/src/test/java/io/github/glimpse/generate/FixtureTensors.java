package io.github.glimpse.generate;

import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.TensorEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.Set;

/** The tensors of one expected file. Remembers what was compared, so that nothing is left out by accident. */
final class FixtureTensors {

    private final Map<String, TensorEntry> entries;
    private final Set<String> unread;

    FixtureTensors(Path file) {
        this.entries = SafetensorsFile.open(file).entries();
        this.unread = new TreeSet<>(entries.keySet());
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    Set<String> names() {
        return entries.keySet();
    }

    long[] shape(String name) {
        return entries.get(name).shape();
    }

    float[] floats(String name) {
        unread.remove(name);
        return SafetensorsFile.floats(entries.get(name));
    }

    int[] ints(String name) {
        int[] values = new int[Math.toIntExact(entries.get(name).byteCount() / Integer.BYTES)];
        bytes(name).asIntBuffer().get(values);
        return values;
    }

    byte[] unsignedBytes(String name) {
        byte[] values = new byte[Math.toIntExact(entries.get(name).byteCount())];
        bytes(name).get(values);
        return values;
    }

    /** Names that nobody asked for. */
    Set<String> unread() {
        return unread;
    }

    private ByteBuffer bytes(String name) {
        unread.remove(name);
        TensorEntry entry = entries.get(name);
        ByteBuffer buffer =
                ByteBuffer.allocate(Math.toIntExact(entry.byteCount())).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(entry.file())) {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, entry.offset() + buffer.position()) < 0) {
                    throw new IOException("End of file");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.flip();
    }
}
