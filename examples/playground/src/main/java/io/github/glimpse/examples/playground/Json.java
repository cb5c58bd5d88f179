package io.github.glimpse.examples.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** JSON of the page, the same on every Spring Boot, and arrays as base64. */
final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private Json() {}

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of our own cannot be written as JSON", e);
        }
    }

    /**
     * Reads a request.
     *
     * @throws Trouble.RefusedException if it is none
     */
    static <T> T read(String text, Class<T> type) {
        T read;
        try {
            read = MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new Trouble.RefusedException(Trouble.bad(
                    "The part 'request' is not the JSON that this page takes" + where + ": " + e.getOriginalMessage()));
        }
        if (read == null) {
            throw new Trouble.RefusedException(Trouble.bad("The part 'request' is null"));
        }
        return read;
    }

    /** Float32, little-endian, not-a-number where there is none. */
    static @Nullable String floats(float @Nullable [] values) {
        if (values == null) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** One bit per token, that of token 0 the lowest of the first byte. */
    static String bits(int[] kept, int tokens) {
        byte[] bits = new byte[(tokens + Byte.SIZE - 1) / Byte.SIZE];
        for (int token : kept) {
            bits[token / Byte.SIZE] |= (byte) (1 << token % Byte.SIZE);
        }
        return Base64.getEncoder().encodeToString(bits);
    }
}
