package io.github.glimpse.eval;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of cells, UTF-8, quoted as RFC 4180 says: a cell in quotes may hold separators, line breaks and doubled quotes. Each
 * record knows the byte that it starts at, so that it can be read again without what lies before it.
 */
final class DelimitedReader implements Closeable {

    private static final int BUFFER = 1 << 16;
    private static final int MOST_CELLS = 1_000;
    private static final int END = -1;

    private final Path file;
    private final InputStream bytes;
    private final char separator;
    private final long maxRecord;
    private long position;
    private int line = 1;
    private long recordStart;
    private long recordBytes;
    private int recordLine;
    private int ahead;

    private DelimitedReader(Path file, InputStream bytes, long start, char separator, long maxRecord)
            throws IOException {
        this.file = file;
        this.bytes = new BufferedInputStream(bytes, BUFFER);
        this.separator = separator;
        this.maxRecord = maxRecord;
        this.position = start;
        this.ahead = this.bytes.read();
    }

    /**
     * Starts at a byte.
     *
     * @param maxRecord most bytes of a record
     */
    static DelimitedReader open(Path file, long start, char separator, long maxRecord) throws IOException {
        if (start == 0) {
            DelimitedReader reader = new DelimitedReader(file, Files.newInputStream(file), 0, separator, maxRecord);
            reader.skipByteOrderMark();
            return reader;
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(start);
        return new DelimitedReader(file, Channels.newInputStream(channel), start, separator, maxRecord);
    }

    /**
     * The next record.
     *
     * @return its cells; null at the end
     * @throws EvaluationDataException if a quote is not closed, the record is too long or no UTF-8
     */
    @Nullable
    List<String> next() throws IOException {
        if (ahead == END) {
            return null;
        }
        recordStart = position;
        recordLine = line;
        recordBytes = 0;
        List<String> cells = new ArrayList<>();
        boolean more = true;
        while (more) {
            if (cells.size() == MOST_CELLS) {
                throw new EvaluationDataException(where() + " has more than " + MOST_CELLS + " columns");
            }
            cells.add(cell());
            more = ahead == separator;
            endCell();
        }
        return cells;
    }

    /** Steps over what ends a cell: a separator, or a line break of any kind. */
    private void endCell() throws IOException {
        boolean carriage = ahead == '\r';
        if (ahead != END) {
            advance();
        }
        if (carriage && ahead == '\n') {
            advance();
        }
    }

    private String cell() throws IOException {
        ByteArrayOutputStream cell = new ByteArrayOutputStream();
        boolean quoted = ahead == '"';
        if (quoted) {
            advance();
        }
        while (quoted || !endsCell()) {
            if (ahead == END) {
                throw new EvaluationDataException(where() + " has a quote that is not closed; the file may be cut off");
            }
            if (quoted && ahead == '"') {
                advance();
                quoted = ahead == '"';
                if (!quoted) {
                    continue;
                }
            }
            cell.write(ahead);
            recordBytes++;
            if (recordBytes > maxRecord) {
                throw new EvaluationDataException(
                        where() + " has more than " + maxRecord + " bytes; a picture may be too large");
            }
            advance();
        }
        return Utf8.text(cell.toByteArray(), where());
    }

    /** Some programs put one before UTF-8; it is no part of the first column's name. */
    private void skipByteOrderMark() throws IOException {
        for (int i = 0; i < Utf8.MARK.length && ahead == Utf8.MARK[i]; i++) {
            advance();
        }
    }

    private boolean endsCell() {
        return ahead == END || ahead == separator || ahead == '\n' || ahead == '\r';
    }

    private void advance() throws IOException {
        if (ahead == '\n') {
            line++;
        }
        position++;
        ahead = bytes.read();
    }

    /** The byte that the record starts at. */
    long recordStart() {
        return recordStart;
    }

    /** Names file and line of the record. */
    String where() {
        return "Line " + recordLine + " of '" + file + "'";
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
