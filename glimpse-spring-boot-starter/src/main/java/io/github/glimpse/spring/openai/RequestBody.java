package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** Reads bodies within limits of their own, whatever the application's mapper and its server allow. Safe for concurrent use. */
final class RequestBody {

    /** Far above a long conversation with many tools; below what would fill the heap with empty objects. */
    private static final long MOST_TOKENS = 200_000;

    private static final int DEEPEST = 64;
    private static final int LONGEST_NUMBER = 100;
    private static final int LONGEST_NAME = 1_000;
    /** Of a text that is no picture; and what stands around the data of one. */
    private static final long LEAST_TEXT = 1_000_000;

    private final OpenAiOptions options;
    private final JsonMapper mapper;

    RequestBody(OpenAiOptions options) {
        this.options = options;
        long data = (options.maxImageBytes() + 2) / 3 * 4;
        // Base64 in lines is a little longer.
        long longest = Math.max(LEAST_TEXT, data + data / 16);
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxStringLength((int) Math.min(longest, Integer.MAX_VALUE - 16))
                                .maxNestingDepth(DEEPEST)
                                .maxNumberLength(LONGEST_NUMBER)
                                .maxNameLength(LONGEST_NAME)
                                .maxTokenCount(MOST_TOKENS)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /**
     * The object that a request holds.
     *
     * @throws OpenAiException if it is none, too large or too slow
     */
    JsonField read(HttpServletRequest request) {
        checkType(request.getContentType());
        if (request.getContentLengthLong() > options.maxBody()) {
            throw tooLarge();
        }
        try (InputStream body = new Counted(request.getInputStream())) {
            JsonNode node = mapper.readTree(body);
            if (!node.isObject()) {
                throw OpenAiException.invalid(null, "The body is not a JSON object");
            }
            return JsonField.root(node);
        } catch (StreamConstraintsException e) {
            throw tooMuch(e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw OpenAiException.invalid(
                    null, "The body is not JSON: " + JsonField.abbreviated(e.getOriginalMessage()));
        } catch (IOException e) {
            throw OpenAiException.invalid(null, "The body could not be read to its end");
        }
    }

    private static void checkType(@Nullable String type) {
        try {
            if (type != null && MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(type))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            // Refused as any other type.
        }
        throw OpenAiException.refused(
                415,
                "unsupported_media_type",
                "The body has to be JSON; send the header Content-Type: application/json");
    }

    private OpenAiException tooMuch(String limit) {
        if (limit.contains("String value length")) {
            return OpenAiException.refused(
                    413,
                    "request_too_large",
                    "A text of the body is longer than a picture of " + options.maxImageBytes()
                            + " bytes; send a smaller picture or raise glimpse.limits.max-image-size");
        }
        return OpenAiException.invalid(null, "The body is beyond a limit: " + JsonField.abbreviated(limit));
    }

    private OpenAiException tooLarge() {
        return OpenAiException.refused(
                413,
                "request_too_large",
                "The body has more than " + options.maxBody()
                        + " bytes; send smaller pictures or raise glimpse.openai.max-body");
    }

    /** Ends a body that is too large or takes too long, whatever its header said. */
    private final class Counted extends FilterInputStream {

        private final long end = System.nanoTime() + options.bodyTimeout().toNanos();
        private long bytes;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count(Math.max(read, 0));
            return read;
        }

        private void count(int more) {
            bytes += more;
            if (bytes > options.maxBody()) {
                throw tooLarge();
            }
            if (System.nanoTime() - end > 0) {
                throw OpenAiException.refused(
                        408,
                        "request_timeout",
                        "The body took longer than " + options.bodyTimeout().toSeconds()
                                + " s to come; send less or raise glimpse.openai.body-timeout");
            }
        }
    }
}
