package io.github.glimpse.text;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Reference cases of the text room: those in the test resources, and those of the directories that the environment
 * variable {@code GLIMPSE_FIXTURES} names (comma between), in the format of the fixtures' README.
 */
final class TextFixtures {

    static final String QWEN = "qwen2_5_vl-tiny";
    static final String LLAVA = "llava-1_5-tiny";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A model with its cases. */
    record Family(String name, Path model, int imageTokenId, List<Case> cases) {}

    /** Ids hold one place for a run of image places. */
    record Case(
            String name,
            List<Map<String, Object>> messages,
            String promptText,
            List<Integer> ids,
            List<Answer> answers) {
        int[] idArray() {
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** What a model said. */
    record Answer(List<Integer> ids, String text) {
        int[] idArray() {
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    private TextFixtures() {}

    static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(TextFixtures.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static List<Family> all() {
        List<Family> families = new ArrayList<>(List.of(committed(QWEN), committed(LLAVA)));
        String external = System.getenv("GLIMPSE_FIXTURES");
        if (external != null && !external.isBlank()) {
            for (String directory : external.split(",", -1)) {
                families.addAll(external(Path.of(directory.strip())));
            }
        }
        return families;
    }

    static Family committed(String name) {
        Path folder = resource(name);
        JsonNode file = read(folder.resolve("cases.json"));
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : file.path("cases")) {
            List<Answer> answers = new ArrayList<>();
            node.path("answers").forEach(answer -> answers.add(answer(answer.path("ids"), answer)));
            cases.add(new Case(
                    node.path("name").asText(),
                    messages(node.path("messages")),
                    node.path("prompt_text").asText(),
                    ints(node.path("input_ids")),
                    answers));
        }
        return new Family(name, folder, file.path("image_token_id").asInt(), cases);
    }

    /** The families in a directory, or the directory itself if it is one. */
    private static List<Family> external(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            return Stream.concat(Stream.of(directory), children.sorted())
                    .filter(path -> Files.isDirectory(path.resolve("cases")))
                    .map(TextFixtures::externalFamily)
                    .filter(family -> !family.cases().isEmpty())
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Family externalFamily(Path folder) {
        JsonNode config = read(folder.resolve("model").resolve("config.json"));
        int imageTokenId = config.path("image_token_id")
                .asInt(config.path("image_token_index").asInt(-1));
        List<Case> cases = new ArrayList<>();
        try (Stream<Path> folders = Files.list(folder.resolve("cases"))) {
            for (Path path : folders.sorted().toList()) {
                JsonNode expected = read(path.resolve("expected.json"));
                // Families with units write text around pictures and videos, and tools: ReferenceFixturesIT has all of
                // that.
                boolean plain = !expected.has("units");
                if (plain && expected.has("prompt_text") && expected.has("input_ids")) {
                    cases.add(externalCase(path, expected, imageTokenId));
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new Family(
                folder.getFileName() + " in " + folder.getParent(), folder.resolve("model"), imageTokenId, cases);
    }

    private static Case externalCase(Path folder, JsonNode expected, int imageTokenId) {
        List<Answer> answers = new ArrayList<>();
        for (String kind : List.of("unpruned", "pruned")) {
            if (expected.path(kind).isObject()) {
                answers.add(answer(expected.path(kind).path("generated_ids"), expected.path(kind)));
            }
        }
        return new Case(
                folder.getFileName().toString(),
                messages(read(folder.resolve("request.json")).path("messages")),
                expected.path("prompt_text").asText(),
                collapse(ints(expected.path("input_ids")), imageTokenId),
                answers);
    }

    private static List<Integer> collapse(List<Integer> ids, int imageTokenId) {
        List<Integer> collapsed = new ArrayList<>();
        for (int index = 0; index < ids.size(); index++) {
            if (index == 0 || ids.get(index) != imageTokenId || ids.get(index - 1) != imageTokenId) {
                collapsed.add(ids.get(index));
            }
        }
        return collapsed;
    }

    private static Answer answer(JsonNode ids, JsonNode node) {
        return new Answer(ints(ids), node.path("text").asText());
    }

    private static List<Map<String, Object>> messages(JsonNode nodes) {
        return MAPPER.convertValue(nodes, new TypeReference<>() {});
    }

    private static List<Integer> ints(JsonNode nodes) {
        return MAPPER.convertValue(nodes, new TypeReference<>() {});
    }

    static JsonNode read(Path file) {
        try {
            return MAPPER.readTree(file.toFile());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
