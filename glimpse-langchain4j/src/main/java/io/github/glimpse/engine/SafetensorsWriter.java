package io.github.glimpse.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Writes safetensors files. A file appears under its name only when it is complete and on the disk: it is written beside it,
 * forced, and renamed, so that a process killed at any moment leaves the old file or the new one.
 *
 * @see SafetensorsFile
 */
public final class SafetensorsWriter {

    /** The end of the name of a file that is not complete yet. */
    public static final String UNFINISHED = ".unfinished";

    private static final int ALIGNMENT = 8;
    private static final int CHUNK_BYTES = 1 << 20;

    private SafetensorsWriter() {}

    /**
     * Writes a file, or replaces it.
     *
     * @param tensors by name, in the order of the map; stored as their {@link CheckpointTensor#type()}, F32 or BF16, the
     *     latter rounded to the nearest
     * @param metadata texts for the header, may be empty
     * @throws UncheckedIOException if the disk refuses; what was there before is left
     */
    public static void write(Path file, Map<String, CheckpointTensor> tensors, Map<String, String> metadata) {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                writeAll(channel, header(tensors, metadata));
                for (CheckpointTensor tensor : tensors.values()) {
                    writeValues(channel, tensor);
                }
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The weight file '" + file + "' cannot be written: " + e.getMessage(), e);
        }
    }

    /** The renamed entry of the folder reaches the disk too, where the system can do that. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows does not open folders. The file itself is complete either way.
            return;
        }
    }

    private static ByteBuffer header(Map<String, CheckpointTensor> tensors, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> note : metadata.entrySet()) {
                    out.writeStringField(note.getKey(), note.getValue());
                }
                out.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, CheckpointTensor> entry : tensors.entrySet()) {
                CheckpointTensor tensor = entry.getValue();
                long end = offset + (long) itemBytes(entry.getKey(), tensor) * tensor.values().length;
                out.writeObjectFieldStart(entry.getKey());
                out.writeStringField("dtype", tensor.type().label());
                out.writeFieldName("shape");
                out.writeArray(tensor.shape(), 0, tensor.shape().length);
                out.writeFieldName("data_offsets");
                out.writeArray(new long[] {offset, end}, 0, 2);
                out.writeEndObject();
                offset = end;
            }
            out.writeEndObject();
        }
        // Spaces behind the header put the tensors on a multiple of eight, so that readers can map them.
        int padded = (json.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] text = Arrays.copyOf(json.toByteArray(), padded);
        Arrays.fill(text, json.size(), padded, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(text)
                .flip();
    }

    private static int itemBytes(String name, CheckpointTensor tensor) {
        if (tensor.type() != StoredType.F32 && tensor.type() != StoredType.BF16) {
            throw new IllegalArgumentException("The tensor " + Quoted.name(name) + " shall be stored as "
                    + tensor.type().label() + "; F32 and BF16 can be written");
        }
        return tensor.type().byteCount();
    }

    private static void writeValues(FileChannel channel, CheckpointTensor tensor) throws IOException {
        boolean narrow = tensor.type() == StoredType.BF16;
        int itemBytes = tensor.type().byteCount();
        float[] values = tensor.values();
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(CHUNK_BYTES, Math.max(1, values.length) * itemBytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (bytes.remaining() < itemBytes) {
                writeAll(channel, bytes.flip());
                bytes.clear();
            }
            if (narrow) {
                bytes.putShort(toBfloat16(value));
            } else {
                bytes.putFloat(value);
            }
        }
        writeAll(channel, bytes.flip());
    }

    /** Rounded to the nearest, ties to even; what is not a number stays so. */
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> Short.SIZE | 0x40);
        }
        int roundedUp = bits + 0x7fff + (bits >>> Short.SIZE & 1);
        return (short) (roundedUp >>> Short.SIZE);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
