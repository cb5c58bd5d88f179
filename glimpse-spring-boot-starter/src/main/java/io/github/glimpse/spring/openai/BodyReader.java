package io.github.glimpse.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Reader of the bytes of a body, within a size, a time and a minimum rate, whatever the request's header said. Memory grows with
 * the bytes that have arrived and is reserved before it is allocated. Safe for concurrent use.
 */
final class BodyReader {

    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 16;
    private static final int FIRST_BYTES = 64 * 1024;
    /** Until then a body may be as slow as the time limit allows: connections begin slowly. */
    private static final long GRACE_SECONDS = 5;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final OpenAiOptions options;
    private final LongSupplier nanoTime;

    BodyReader(OpenAiOptions options, LongSupplier nanoTime) {
        this.options = options;
        this.nanoTime = nanoTime;
    }

    /**
     * Bytes of a body.
     *
     * @param length position after the last one
     */
    record Bytes(byte[] array, int length) {}

    /**
     * Reads a body to its end.
     *
     * @param held pays for the memory
     * @throws OpenAiException if the body is too large or too slow, or there is no memory for it
     * @throws IOException if the connection fails
     */
    Bytes read(HttpServletRequest request, BodyAdmission.Held held) throws IOException {
        long announced = request.getContentLengthLong();
        if (announced > mostBytes()) {
            throw tooLarge();
        }
        held.check(Math.max(0, announced));
        long begin = nanoTime.getAsLong();
        long most = announced < 0 ? mostBytes() : announced;
        int capacity = (int) Math.min(FIRST_BYTES, most);
        held.reserve(capacity);
        byte[] bytes = new byte[capacity];
        int length = 0;
        try (InputStream in = request.getInputStream()) {
            while (true) {
                if (length == bytes.length) {
                    int next = in.read();
                    if (next < 0) {
                        return new Bytes(bytes, length);
                    }
                    bytes = grown(bytes, most, held);
                    bytes[length++] = (byte) next;
                } else {
                    int read = in.read(bytes, length, bytes.length - length);
                    if (read < 0) {
                        return new Bytes(bytes, length);
                    }
                    length += read;
                }
                checkPace(length, nanoTime.getAsLong() - begin);
            }
        }
    }

    private long mostBytes() {
        return Math.min(
                LONGEST_ARRAY,
                Math.min(options.bodies().maxBytes(), options.bodies().maxMemoryPerClient()));
    }

    private byte[] grown(byte[] bytes, long most, BodyAdmission.Held held) {
        if (bytes.length >= most) {
            throw tooLarge();
        }
        int capacity = (int) Math.min(most, 2L * bytes.length + 1);
        held.reserve(capacity - bytes.length);
        return Arrays.copyOf(bytes, capacity);
    }

    private void checkPace(long length, long nanos) {
        if (nanos > options.bodies().timeout().toNanos()) {
            throw tooSlow("took longer than " + options.bodies().timeout().toSeconds()
                    + " s to come; send less or raise glimpse.openai.body-timeout");
        }
        long seconds = nanos / NANOS_PER_SECOND;
        if (seconds >= GRACE_SECONDS && length / seconds < options.bodies().minBytesPerSecond()) {
            throw tooSlow("came at " + length / seconds + " bytes a second, and the least is "
                    + options.bodies().minBytesPerSecond() + "; send it faster or lower glimpse.openai.min-body-rate");
        }
    }

    private static OpenAiException tooSlow(String reason) {
        return OpenAiException.refused(408, "request_timeout", "The body " + reason);
    }

    private OpenAiException tooLarge() {
        String limit = options.bodies().maxBytes() <= options.bodies().maxMemoryPerClient()
                ? "glimpse.openai.max-body"
                : "glimpse.openai.max-body-memory, of which one client may take half";
        return OpenAiException.refused(
                413,
                "request_too_large",
                "The body has more than " + mostBytes() + " bytes; send smaller images or raise " + limit);
    }
}
