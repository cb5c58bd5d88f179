package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Content of a document: a file, which is read as a stream and not kept in the heap, or bytes in memory. Not safe for
 * concurrent use.
 */
final class DocumentContent {

    /** Share of the heap that a document may take which is read in the heap. */
    private static final int HEAP_SHARE = 4;

    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final long length;
    private final Source source;
    private final byte @Nullable [] inMemory;
    private @Nullable String sha256;

    private DocumentContent(String name, long length, Source source, byte @Nullable [] inMemory) {
        this.name = name;
        this.length = length;
        this.source = source;
        this.inMemory = inMemory;
    }

    /** Bytes in memory, which are not copied. */
    static DocumentContent of(String name, byte[] bytes) {
        return new DocumentContent(name, bytes.length, () -> new ByteArrayInputStream(bytes), bytes);
    }

    /**
     * Content of a file, which is not opened yet.
     *
     * @param file no link is followed
     */
    static DocumentContent of(String name, Path file) throws IOException {
        return new DocumentContent(
                name, Files.size(file), () -> Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), null);
    }

    String name() {
        return name;
    }

    long length() {
        return length;
    }

    /** The first bytes, fewer if the content ends before. */
    byte[] head(int size) {
        try (InputStream in = source.open()) {
            return in.readNBytes(size);
        } catch (IOException e) {
            throw unreadable(e.getClass().getSimpleName());
        }
    }

    /**
     * Gives all bytes to a sink, in pieces.
     *
     * @throws InvalidDocumentException if the file cannot be read, or has become shorter
     * @throws IOException if the sink fails
     */
    void transferTo(Sink sink) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = new DigestInputStream(open(), digest)) {
            long left = length;
            while (left > 0) {
                int size = read(in, buffer, (int) Math.min(buffer.length, left));
                sink.write(buffer, size);
                left -= size;
            }
        }
        sha256 = HexFormat.of().formatHex(digest.digest());
    }

    private InputStream open() {
        try {
            return source.open();
        } catch (IOException e) {
            throw unreadable(e.getClass().getSimpleName());
        }
    }

    private int read(InputStream in, byte[] buffer, int size) {
        int read;
        try {
            read = in.read(buffer, 0, size);
        } catch (IOException e) {
            throw unreadable(e.getClass().getSimpleName());
        }
        if (read < 0) {
            throw unreadable("it became shorter while it was read");
        }
        return read;
    }

    private InvalidDocumentException unreadable(String reason) {
        return new InvalidDocumentException(
                Reason.BROKEN, "'" + name + "' cannot be read (" + reason + "); is it still there?");
    }

    /**
     * Reads all bytes into the heap.
     *
     * @throws InvalidDocumentException if they need more than a quarter of it
     */
    byte[] bytes() throws IOException {
        if (inMemory != null) {
            return inMemory;
        }
        long most = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
        if (length > most) {
            throw new InvalidDocumentException(
                    Reason.NOT_NOW,
                    "'" + name + "' has " + length + " bytes and is read in the heap, of which a document may take "
                            + most + " bytes, a quarter; leave it out, or raise -Xmx");
        }
        byte[] bytes = new byte[(int) length];
        int[] at = {0};
        transferTo((buffer, size) -> {
            System.arraycopy(buffer, 0, bytes, at[0], size);
            at[0] += size;
        });
        return bytes;
    }

    /** SHA-256 in hexadecimal digits of the bytes that a sink was given last; reads them if none was. */
    String sha256() {
        if (sha256 == null) {
            try {
                transferTo((buffer, size) -> {});
            } catch (IOException e) {
                throw unreadable(e.getClass().getSimpleName());
            }
        }
        return Objects.requireNonNull(sha256);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** Opens the content. */
    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }

    /** Receiver of bytes. */
    @FunctionalInterface
    interface Sink {
        /** Takes the first {@code size} bytes of a buffer, which is used again. */
        void write(byte[] buffer, int size) throws IOException;
    }
}
