package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Golden cases of constrained answers: those in the test resources, and those of the folders that the system property
 * {@code glimpse.constrained} or the environment variable {@code GLIMPSE_CONSTRAINED} names (comma between).
 */
final class ConstrainedFixtures {

    static final String QWEN = "qwen2_5_vl-tiny";
    static final String LLAVA = "llava-1_5-tiny";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, TokenVocabulary> VOCABULARIES = new LinkedHashMap<>();

    private ConstrainedFixtures() {}

    static List<Path> folders() {
        String named = System.getProperty("glimpse.constrained", "");
        if (named.isBlank()) {
            named = Objects.requireNonNullElse(System.getenv("GLIMPSE_CONSTRAINED"), "");
        }
        Path root = Path.of(System.getProperty("glimpse.basedir", ""));
        return Stream.concat(
                        Stream.of(resource("/fixtures/constrained")),
                        Stream.of(named.split(",", -1))
                                .filter(name -> !name.isBlank())
                                .map(name -> root.resolve(name.strip())))
                .toList();
    }

    static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(ConstrainedFixtures.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The file, or an empty list where the folder has none of that kind. */
    static JsonNode readList(Path file) {
        return Files.exists(file) ? read(file) : JSON.createArrayNode();
    }

    /** The vocabulary of one of the tiny models in the test resources. */
    static TokenVocabulary vocabulary(String name) {
        return VOCABULARIES.computeIfAbsent(name, key -> load(key, TokenVocabulary.FirstBlank.KEPT));
    }

    static TokenVocabulary stripping(String name) {
        return VOCABULARIES.computeIfAbsent(
                name + " stripping", key -> load(name, TokenVocabulary.FirstBlank.STRIPPED));
    }

    private static TokenVocabulary load(String name, TokenVocabulary.FirstBlank firstBlank) {
        try (Tokenizer tokenizer = Tokenizer.load(resource("/fixtures/" + name + "/model"))) {
            Map<String, Integer> markers = new LinkedHashMap<>();
            for (String marker : List.of("<tool_call>", "</tool_call>")) {
                tokenizer.idOf(marker).ifPresent(id -> markers.put(marker, id));
            }
            boolean qwen = name.equals(QWEN);
            int[] ends = qwen ? new int[] {700, 702} : new int[] {2};
            return TokenVocabulary.of(qwen ? 768 : 576, tokenizer::bytesOf, ends, markers, firstBlank);
        }
    }

    static String hex(long[] mask, int scores) {
        byte[] bytes = new byte[(scores + 7) / 8];
        for (int index = 0; index < bytes.length; index++) {
            bytes[index] = (byte) (mask[index / 8] >> (8 * (index % 8)));
        }
        return HexFormat.of().formatHex(bytes);
    }

    static int[] ints(JsonNode nodes) {
        int[] values = new int[nodes.size()];
        for (int index = 0; index < values.length; index++) {
            values[index] = nodes.get(index).asInt();
        }
        return values;
    }
}
