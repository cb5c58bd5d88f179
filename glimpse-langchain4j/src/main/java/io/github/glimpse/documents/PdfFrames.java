package io.github.glimpse.documents;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Frames between the application and a process that reads PDF files: one byte for the type, four for the length, then
 * the content. {@link PdfChild} uses the constants only, which the compiler copies: it is the one class that is loaded
 * from a file.
 */
final class PdfFrames {

    /** To the process: asks whether it answers. */
    static final int PING = 'P';

    /** To the process: name and limits of the next file. */
    static final int LIMITS = 'L';

    /** To the process: opens a file, by its bytes. Answer: count of pages. */
    static final int OPEN = 'O';

    /** To the process: page number. Answer: its {@link PageGeometry}. */
    static final int GEOMETRY = 'G';

    /** To the process: page number and dots per inch. Answer: geometry, scale, size, RGB. */
    static final int RENDER = 'R';

    /** To the process: page number. Answer: words and their boxes. */
    static final int WORDS = 'W';

    /** To the process: closes the file. Answer: whether the process can read another one. */
    static final int CLOSE = 'C';

    /** To the process: bytes of a class or resource. */
    static final int RESOURCE = 'Y';

    /** To the process: there is no such class or resource. */
    static final int NO_RESOURCE = 'N';

    /** From the process: name of a class or resource that it needs. */
    static final int WANTED = 'Q';

    /** From the process: count of failed operators, then the answer. */
    static final int VALUE = 'V';

    /** From the process: reason and message of an error, whether the process can go on. */
    static final int ERROR = 'E';

    private static final int MAX_TEXT_BYTES = 1_000_000;

    private PdfFrames() {}

    static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_TEXT_BYTES) {
            throw new IOException("A text in a frame cannot have " + length + " bytes");
        }
        return new String(readBytes(in, length), StandardCharsets.UTF_8);
    }

    static byte[] readBytes(DataInputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The frame ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    static void writeGeometry(DataOutputStream out, PageGeometry page) throws IOException {
        out.writeDouble(page.width());
        out.writeDouble(page.height());
        out.writeInt(page.rotation());
        out.writeDouble(page.cropLeft());
        out.writeDouble(page.cropBottom());
    }

    static PageGeometry readGeometry(DataInputStream in) throws IOException {
        return new PageGeometry(in.readDouble(), in.readDouble(), in.readInt(), in.readDouble(), in.readDouble());
    }

    static PageWord readWord(DataInputStream in) throws IOException {
        return new PageWord(
                readText(in), new PageBox(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble()));
    }

    static void writeWord(DataOutputStream out, PageWord word) throws IOException {
        writeText(out, word.text());
        out.writeDouble(word.box().x1());
        out.writeDouble(word.box().y1());
        out.writeDouble(word.box().x2());
        out.writeDouble(word.box().y2());
    }

    static void writeLimits(DataOutputStream out, DocumentLimits limits) throws IOException {
        out.writeLong(limits.maxBytes());
        out.writeInt(limits.maxPages());
        out.writeLong(limits.maxPixels());
        out.writeInt(limits.maxCharacters());
        out.writeLong(TimeUnit.MILLISECONDS.convert(limits.timePerPage()));
        out.writeLong(TimeUnit.MILLISECONDS.convert(limits.timePerDocument()));
        out.writeLong(limits.maxMemoryBytes());
    }

    static DocumentLimits readLimits(DataInputStream in) throws IOException {
        return new DocumentLimits(
                in.readLong(),
                in.readInt(),
                in.readLong(),
                in.readInt(),
                Duration.ofMillis(Math.max(1, in.readLong())),
                Duration.ofMillis(Math.max(1, in.readLong())),
                in.readLong());
    }

    /** Content of a frame. */
    @FunctionalInterface
    interface Content {
        void write(DataOutputStream frame) throws IOException;
    }
}
