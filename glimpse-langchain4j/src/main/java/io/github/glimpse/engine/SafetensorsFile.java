package io.github.glimpse.engine;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The table of contents of one safetensors file: eight bytes of header length, a JSON header, then the tensors' bytes.
 *
 * <p>Only the header is read. Every entry is checked against the real size of the file: known type, size = elements times
 * item size, inside the file, no two on the same bytes. Who maps the file afterwards can rely on that as long as nobody
 * rewrites it. Immutable, safe for concurrent use.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">The format</a>
 */
public final class SafetensorsFile {

    /** The reference reader's own bound. */
    private static final long LONGEST_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final byte[] LFS_POINTER = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    private final Path path;
    private final SafetensorsHeader header;

    private SafetensorsFile(Path path, SafetensorsHeader header) {
        this.path = path;
        this.header = header;
    }

    /**
     * Reads and checks the header.
     *
     * @throws ModelFilesException if the file is missing, is no safetensors file, or its header contradicts its size
     */
    public static SafetensorsFile open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFilesException("There is no weight file '" + file + "'; check the model directory");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            long fileBytes = channel.size();
            ByteBuffer lead = read(channel, 0, (int) Math.min(fileBytes, LFS_POINTER.length));
            if (lead.equals(ByteBuffer.wrap(LFS_POINTER))) {
                throw new ModelFilesException("'" + file + "' is a Git LFS pointer, not the weights themselves;"
                        + " run 'git lfs pull' in the model's repository");
            }
            if (fileBytes < LENGTH_BYTES) {
                throw new ModelFilesException("'" + file + "' has " + fileBytes
                        + " bytes, a safetensors file has at least 8; download it again");
            }
            long headerBytes = lead.getLong(0);
            long available = fileBytes - LENGTH_BYTES;
            if (headerBytes < 2 || headerBytes > Math.min(available, LONGEST_HEADER_BYTES)) {
                throw new ModelFilesException("'" + file + "' is no complete safetensors file: it claims a header of "
                        + Long.toUnsignedString(headerBytes) + " bytes, " + available + " bytes follow and at most "
                        + LONGEST_HEADER_BYTES + " are allowed; download it again");
            }
            byte[] json = new byte[(int) headerBytes];
            read(channel, LENGTH_BYTES, (int) headerBytes).get(json);
            return new SafetensorsFile(
                    file, SafetensorsHeader.parse(file, json, LENGTH_BYTES + headerBytes, fileBytes));
        } catch (IOException e) {
            throw new ModelFilesException("The weight file '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** All tensors by name, in the order of the header. */
    public Map<String, TensorEntry> entries() {
        return header.entries();
    }

    /** What the writer noted, such as {@code format=pt}; empty if nothing. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Reads one tensor into the heap, widened to float32 without rounding. For small tensors, and for those that cannot be
     * mapped because they do not lie on a multiple of their item size.
     *
     * @param entry a tensor stored as F32, BF16 or F16
     * @return its elements, last axis fastest
     * @throws ModelFilesException if it is stored in another type, does not fit an array, or the file has changed
     */
    public static float[] floats(TensorEntry entry) {
        if (!entry.type().isFloatingPoint()) {
            throw new ModelFilesException("The tensor " + Quoted.name(entry.name()) + " in '" + entry.file()
                    + "' is stored as " + entry.type().label() + ", but F32, BF16 or F16 is needed");
        }
        if (entry.elementCount() > Integer.MAX_VALUE - Long.BYTES) {
            throw new ModelFilesException("The tensor " + Quoted.name(entry.name()) + " in '" + entry.file() + "' has "
                    + entry.elementCount() + " elements, too many to be read into one array");
        }
        float[] values = new float[(int) entry.elementCount()];
        try (FileChannel channel = FileChannel.open(entry.file())) {
            if (entry.offset() + entry.byteCount() > channel.size()) {
                throw new ModelFilesException("'" + entry.file() + "' became shorter after it was opened: the tensor "
                        + Quoted.name(entry.name()) + " ends behind it; do not rewrite files in use");
            }
            int itemBytes = entry.type().byteCount();
            int chunk = CHUNK_BYTES / itemBytes;
            for (int start = 0; start < values.length; start += chunk) {
                int count = Math.min(chunk, values.length - start);
                ByteBuffer bytes = read(channel, entry.offset() + (long) start * itemBytes, count * itemBytes);
                FloatWidening.widen(bytes, entry.type(), values, start, count);
            }
        } catch (IOException e) {
            throw new ModelFilesException(
                    "The weight file '" + entry.file() + "' cannot be read: " + e.getMessage(), e);
        }
        return values;
    }

    private static ByteBuffer read(FileChannel channel, long offset, int byteCount) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(byteCount).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException("it ends at byte " + (offset + bytes.position()));
            }
        }
        return bytes.flip();
    }
}
