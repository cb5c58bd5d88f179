package io.github.glimpse.hub;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Reads the JSON and text files of a model directory, with limits on size and depth. */
final class TextFiles {

    private static final int LONGEST_BYTES = 32 << 20;
    private static final String LFS_START = "version https://git-lfs";
    private static final Pattern PLAIN_NAME = Pattern.compile("[\\p{L}\\p{N}._ -]+");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    // A vocabulary's 100,000 keys overflow the table of names for some seeds of its hash; it starts
                    // anew then.
                    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(4 << 20)
                            .maxNameLength(64 << 10)
                            .maxNumberLength(400)
                            .build())
                    .build())
            // Python writes Infinity and NaN; who asks for such a number gets an error that names the key.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private TextFiles() {}

    /** Whether this is a name of a file in one directory, and no path that could lead elsewhere. */
    static boolean isPlainName(String name) {
        return PLAIN_NAME.matcher(name).matches() && !name.equals(".") && !name.equals("..");
    }

    /**
     * Parses a JSON file.
     *
     * @throws ModelFilesException if it is missing, larger than 32 MiB, or no valid JSON; repeated keys are not valid
     */
    static JsonNode json(Path file) {
        return json(file.toString(), bytes(file));
    }

    static JsonNode json(String origin, byte[] bytes) {
        try {
            JsonNode tree = JSON.readTree(bytes);
            if (tree.isMissingNode()) {
                throw new ModelFilesException("'" + origin + "' is empty; download it again");
            }
            return tree;
        } catch (JsonProcessingException e) {
            String place =
                    e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
            throw new ModelFilesException(
                    "'" + origin + "' is no valid JSON" + place + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelFilesException("'" + origin + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text file in UTF-8.
     *
     * @throws ModelFilesException if it is missing, larger than 32 MiB, or no UTF-8
     */
    static String text(Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFilesException("'" + file + "' is no text in UTF-8; download it again", e);
        }
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LONGEST_BYTES + 1);
            if (bytes.length > LONGEST_BYTES) {
                throw new ModelFilesException("'" + file + "' is larger than " + LONGEST_BYTES
                        + " bytes, the most that is" + " read of a settings file");
            }
            if (new String(bytes, 0, Math.min(bytes.length, LFS_START.length()), StandardCharsets.ISO_8859_1)
                    .equals(LFS_START)) {
                throw new ModelFilesException("'" + file + "' is a Git LFS pointer, not the file itself;"
                        + " run 'git lfs pull' in the model's repository");
            }
            return bytes;
        } catch (IOException e) {
            throw new ModelFilesException("'" + file + "' cannot be read: " + e, e);
        }
    }
}
