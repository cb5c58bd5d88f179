package io.github.glimpse.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * The default system message.
 *
 * @param text null for none
 */
record SystemMessageText(@Nullable String text) {

    static final String KEY = "glimpse.generation.system-message";

    private static final int LONGEST_BYTES = 1 << 20;

    /**
     * Reads the property: a text, or the location of one.
     *
     * @throws InvalidPropertyException if nothing is there, or no text
     */
    static SystemMessageText read(@Nullable String value, ResourceLoader resources) {
        if (!StringUtils.hasText(value)) {
            return new SystemMessageText(null);
        }
        boolean location = value.startsWith("classpath:") || value.startsWith("file:");
        return new SystemMessageText(location ? read(resources.getResource(value)) : value);
    }

    /** Without the line break at the end, which editors add. */
    private static String read(Resource file) {
        if (!file.isReadable()) {
            // A directory too: its stream would be the list of its files.
            throw problem(file, "cannot be read", null);
        }
        try (InputStream in = file.getInputStream()) {
            byte[] bytes = in.readNBytes(LONGEST_BYTES + 1);
            if (bytes.length > LONGEST_BYTES) {
                throw problem(file, "has more than " + LONGEST_BYTES + " bytes", null);
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .stripTrailing();
        } catch (CharacterCodingException e) {
            throw problem(file, "is no text in UTF-8", e);
        } catch (IOException e) {
            throw problem(file, "cannot be read", e);
        }
    }

    private static InvalidPropertyException problem(Resource file, String what, @Nullable Exception cause) {
        return new InvalidPropertyException(
                KEY,
                file.getDescription() + " " + what
                        + "; name a text file, or give the text itself if it is not meant as a location",
                cause);
    }
}
