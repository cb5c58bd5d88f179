package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Parser of JSON bodies within custom limits, independent of the application's mapper and its server: strict UTF-8, names that are unique in
 * their object, at most a few texts parsed at once. Safe for concurrent use.
 */
final class RequestBody {

    /** Far above a long conversation with many tools; below what would fill the heap with empty objects. */
    private static final long MOST_TOKENS = 200_000;

    /** Texts parsed at once: a text that is parsed takes several times its size. */
    private static final int MOST_PARSED = 4;

    /** Allowed before JSON, and ignored (RFC 8259, section 8.1). */
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final int DEEPEST = 64;
    private static final int LONGEST_NUMBER = 100;
    private static final int LONGEST_NAME = 1_000;
    /** Of a text that is no picture; and what stands around the data of one. */
    private static final long LEAST_TEXT = 1_000_000;

    private final OpenAiOptions options;
    private final BodyAdmission admission;
    private final BodyReader reader;
    private final JsonMapper mapper;
    private final Semaphore parsing =
            new Semaphore(Math.min(MOST_PARSED, Runtime.getRuntime().availableProcessors()));

    RequestBody(OpenAiOptions options, BodyAdmission admission, LongSupplier nanoTime) {
        this.options = options;
        this.admission = admission;
        this.reader = new BodyReader(options, nanoTime);
        long data = (options.maxImageBytes() + 2) / 3 * 4;
        // Base64 in lines is a little longer.
        long longest = Math.max(LEAST_TEXT, data + data / 16);
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
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
     * Reads the object that a request holds.
     *
     * @param place pays for the memory
     * @throws OpenAiException if it is none, too large or too slow, or the server has no capacity for it
     */
    JsonField read(HttpServletRequest request, RequestGuard.Place place) {
        checkType(request.getContentType());
        checkEncoding(request.getHeader(HttpHeaders.CONTENT_ENCODING));
        BodyAdmission.Reading reading = admission.begin(place.client());
        ClientConnection connection = ClientConnection.of(request);
        if (connection != null) {
            connection.admitBody();
        }
        try {
            return parsed(reader.read(request, place.memory()));
        } catch (IOException e) {
            throw OpenAiException.invalid(null, "The body could not be read to its end");
        } finally {
            reading.close();
        }
    }

    private JsonField parsed(BodyReader.Bytes bytes) throws IOException {
        parsing.acquireUninterruptibly();
        // A decoder reports malformed bytes; Jackson's own takes overlong forms, surrogates, UTF-16 and UTF-32.
        int begin = startsWithByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        try (Reader text = new InputStreamReader(
                new ByteArrayInputStream(bytes.array(), begin, bytes.length() - begin),
                StandardCharsets.UTF_8.newDecoder())) {
            JsonNode node = mapper.readTree(text);
            if (!node.isObject()) {
                throw OpenAiException.invalid(null, "The body is not a JSON object");
            }
            return JsonField.root(node);
        } catch (StreamConstraintsException e) {
            throw tooMuch(e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw OpenAiException.invalid(
                    null, "The body is not valid JSON: " + JsonField.abbreviated(e.getOriginalMessage()));
        } catch (CharacterCodingException e) {
            throw OpenAiException.invalid(null, "The body is not valid UTF-8; encode all of its text in UTF-8");
        } finally {
            parsing.release();
        }
    }

    private static boolean startsWithByteOrderMark(BodyReader.Bytes bytes) {
        return bytes.length() >= BYTE_ORDER_MARK.length
                && Arrays.mismatch(bytes.array(), 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)
                        < 0;
    }

    private static void checkType(@Nullable String type) {
        try {
            if (type != null && MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(type))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            // Refused as any other type.
        }
        throw notJson();
    }

    /** The refusal of a body of another type. */
    static OpenAiException notJson() {
        return OpenAiException.refused(
                415,
                "unsupported_media_type",
                "The body has to be JSON; send the header Content-Type: application/json");
    }

    private static void checkEncoding(@Nullable String encoding) {
        if (encoding != null && !encoding.isBlank() && !encoding.equalsIgnoreCase("identity")) {
            throw OpenAiException.refused(
                    415,
                    "unsupported_media_type",
                    "The body is compressed, which is not supported; send it without Content-Encoding");
        }
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
}
