package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Overwrites tensors of a safetensors file with one value, for models whose weights are no numbers. */
public final class TensorFill {

    private static final ObjectMapper JSON = new ObjectMapper();

    private TensorFill() {}

    /** The names of a file's tensors. */
    public static List<String> names(Path file) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            List<String> names = new ArrayList<>();
            header(open).fieldNames().forEachRemaining(names::add);
            names.remove("__metadata__");
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Overwrites a tensor, or only one of its rows. */
    public static void fill(Path file, String tensor, double value, int... row) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            JsonNode header = header(open);
            JsonNode entry = header.required(tensor);
            String type = entry.path("dtype").asText();
            long data = open.getFilePointer();
            long from = entry.path("data_offsets").path(0).asLong();
            long to = entry.path("data_offsets").path(1).asLong();
            if (row.length > 0) {
                long rowBytes = (to - from) / entry.path("shape").path(0).asLong();
                from += row[0] * rowBytes;
                to = from + rowBytes;
            }
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(to - from)).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                switch (type) {
                    case "F32" -> bytes.putFloat((float) value);
                    case "BF16" -> bytes.putShort((short) (Float.floatToIntBits((float) value) >>> 16));
                    case "F16" -> bytes.putShort(half(value));
                    default -> throw new IllegalArgumentException(tensor + " is " + type);
                }
            }
            open.seek(data + from);
            open.write(bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode header(RandomAccessFile file) throws IOException {
        byte[] text = new byte[Math.toIntExact(Long.reverseBytes(file.readLong()))];
        file.readFully(text);
        return JSON.readTree(text);
    }

    /** What is no number, or the largest number of the type: these tests need no other. */
    private static short half(double value) {
        int bits = Double.isNaN(value) ? 0x7e00 : Double.isInfinite(value) ? 0x7c00 : 0x7bff;
        return (short) (value < 0 ? bits | 0x8000 : bits);
    }
}
