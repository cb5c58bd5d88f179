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
import java.util.Set;
import java.util.TreeSet;

/** The tensors of one expected file. Remembers what was compared, so that nothing is left out by accident. */
public final class FixtureTensors {

    private final Map<String, TensorEntry> entries;
    private final Set<String> unread;

    public FixtureTensors(Path file) {
        this.entries = SafetensorsFile.open(file).entries();
        this.unread = new TreeSet<>(entries.keySet());
    }

    public boolean has(String name) {
        return entries.containsKey(name);
    }

    public Set<String> names() {
        return entries.keySet();
    }

    public long[] shape(String name) {
        return entry(name).shape();
    }

    public float[] floats(String name) {
        unread.remove(name);
        return SafetensorsFile.floats(entry(name));
    }

    public int[] ints(String name) {
        int[] values = new int[Math.toIntExact(entry(name).byteCount() / Integer.BYTES)];
        bytes(name).asIntBuffer().get(values);
        return values;
    }

    public byte[] unsignedBytes(String name) {
        byte[] values = new byte[Math.toIntExact(entry(name).byteCount())];
        bytes(name).get(values);
        return values;
    }

    /** Counts a tensor as compared, where the model has nothing of the kind. */
    public void leaveOut(String name) {
        unread.remove(name);
    }

    /** Names that nobody asked for. */
    public Set<String> unread() {
        return unread;
    }

    private TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw new AssertionError("The reference has no tensor " + name);
        }
        return entry;
    }

    private ByteBuffer bytes(String name) {
        unread.remove(name);
        TensorEntry entry = entry(name);
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
