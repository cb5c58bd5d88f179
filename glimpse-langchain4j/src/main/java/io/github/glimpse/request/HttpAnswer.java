package io.github.glimpse.request;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one HTTP/1.1 GET. Whatever a server sends, it ends: the head has a limit, the body has a limit, and nothing is
 * decompressed. The time is the caller's to watch.
 */
final class HttpAnswer {

    /** All lines before the body, interim answers included. */
    private static final int MOST_HEAD_BYTES = 64 * 1024;

    private static final int MOST_CHUNK_LINE_BYTES = 1024;
    private static final int FIRST_FINAL_STATUS = 200;
    private static final int OK = 200;
    private static final int HEX = 16;
    private static final long UNKNOWN = -1;

    private final InputStream in;
    private final long maxBytes;
    private int headBytes;

    private int status;
    private @Nullable String location;
    private @Nullable String transferEncoding;
    private @Nullable String contentEncoding;
    private long length = UNKNOWN;

    private HttpAnswer(InputStream in, long maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /**
     * Reads the head.
     *
     * @param in buffered; stays the caller's to close
     * @param maxBytes limit of the body
     */
    static HttpAnswer read(InputStream in, long maxBytes) throws IOException {
        HttpAnswer answer = new HttpAnswer(in, maxBytes);
        do {
            answer.readHead();
        } while (answer.status < FIRST_FINAL_STATUS);
        return answer;
    }

    /** Where a redirect leads, or null if this is none. */
    @Nullable
    String redirect() throws FetchException {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> {
                if (location == null) {
                    throw new FetchException("redirects without saying where");
                }
                yield location;
            }
            default -> null;
        };
    }

    /** The body of an answer that is no redirect. */
    byte[] body() throws IOException {
        if (status != OK) {
            throw new FetchException("answered with status " + status);
        }
        if (contentEncoding != null && !contentEncoding.equalsIgnoreCase("identity")) {
            throw new FetchException("sends the picture compressed, which was not asked for");
        }
        if (transferEncoding != null) {
            if (!transferEncoding.equalsIgnoreCase("chunked")) {
                throw new FetchException("sends the picture in an unknown transfer encoding");
            }
            return chunked();
        }
        checkSize(length);
        if (length == UNKNOWN) {
            byte[] bytes = in.readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE));
            checkSize(bytes.length);
            return bytes;
        }
        return exactly((int) Math.min(length, Integer.MAX_VALUE));
    }

    private void readHead() throws IOException {
        String first = line(MOST_HEAD_BYTES - headBytes);
        headBytes += first.length();
        if (!first.matches("HTTP/1\\.[0-9] [1-9][0-9]{2}( .*)?")) {
            throw new FetchException("does not answer in HTTP/1.1");
        }
        status = Integer.parseInt(first.substring(9, 12));
        location = null;
        transferEncoding = null;
        contentEncoding = null;
        length = UNKNOWN;
        String line = line(MOST_HEAD_BYTES - headBytes);
        while (!line.isEmpty()) {
            headBytes += line.length();
            readField(line);
            line = line(MOST_HEAD_BYTES - headBytes);
        }
    }

    private void readField(String line) throws FetchException {
        int colon = line.indexOf(':');
        if (colon < 1) {
            throw new FetchException("sends a damaged header");
        }
        String value = line.substring(colon + 1).strip();
        switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "location" -> location = value;
            case "transfer-encoding" -> transferEncoding = joined(transferEncoding, value);
            case "content-encoding" -> contentEncoding = joined(contentEncoding, value);
            case "content-length" -> {
                if (!value.matches("[0-9]{1,18}") || (length != UNKNOWN && length != Long.parseLong(value))) {
                    throw new FetchException("sends a damaged Content-Length");
                }
                length = Long.parseLong(value);
            }
            default -> {
                // Content-Type too: what the bytes are, the decoder says.
            }
        }
    }

    private static String joined(@Nullable String before, String value) {
        return before == null ? value : before + ", " + value;
    }

    private byte[] chunked() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            checkSize(body.size() + size);
            body.write(exactly((int) size));
            if (!line(2).isEmpty()) {
                throw new FetchException("sends a damaged chunk");
            }
        }
        return body.toByteArray();
    }

    private long chunkSize() throws IOException {
        String size = line(MOST_CHUNK_LINE_BYTES).split(";", 2)[0].strip();
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw new FetchException("sends a damaged chunk");
        }
        return Long.parseLong(size, HEX);
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new FetchException("ended the picture after " + bytes.length + " of " + size + " bytes");
        }
        return bytes;
    }

    private void checkSize(long size) throws FetchException {
        if (size > maxBytes || size > Integer.MAX_VALUE - Long.BYTES) {
            throw FetchException.tooLarge(maxBytes);
        }
    }

    /** A line without its end; a bare line feed ends one too. */
    private String line(int limit) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new FetchException("ended the connection before its answer was complete");
            }
            if (bytes.size() >= limit) {
                throw new FetchException("sends a head that is too long");
            }
            bytes.write(next);
        }
        String line = bytes.toString(StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
