package io.github.glimpse.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.testing.chat.ReleasedTemplates;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A released chat template with reference renderings. The folders are those that the system property {@code glimpse.templates} or
 * the environment variable {@code GLIMPSE_TEMPLATES} names (comma between); there are none in this repository.
 *
 * @param folder with {@code chat_template.jinja} and its golden files
 * @param meta content of {@code meta.json}
 */
record TemplateFixture(Path folder, JsonNode meta) {

    /** The time of the reference renderings. */
    static final Clock CLOCK =
            Clock.fixed(LocalDateTime.of(2026, 1, 15, 9, 30).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);

    private static final String TOKENIZER = "/fixtures/qwen2_5_vl-tiny/model/tokenizer.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    static List<TemplateFixture> all() {
        return ReleasedTemplates.folders().stream()
                .flatMap(folder -> of(folder).stream())
                .toList();
    }

    private static List<TemplateFixture> of(Path root) {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(folder -> Files.exists(folder.resolve("chat_template.jinja")))
                    .sorted()
                    .map(folder -> new TemplateFixture(folder, read(folder.resolve("meta.json"))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return meta.path("name").textValue();
    }

    JsonNode cases() {
        return read(folder.resolve("cases.json"));
    }

    JsonNode requests() {
        return read(folder.resolve("requests.json"));
    }

    ChatTemplate template() {
        try {
            String source = Files.readString(folder.resolve("chat_template.jinja"));
            return ChatTemplate.ofNamed(Map.of(meta.path("template_name").asText("default"), source), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tokenizer that knows the control tokens of this template, and no other than those of its own vocabulary. */
    Tokenizer tokenizer(Path scratch) {
        try (InputStream tiny = TemplateFixture.class.getResourceAsStream(TOKENIZER)) {
            ObjectNode file = (ObjectNode) JSON.readTree(tiny);
            ArrayNode added = (ArrayNode) file.path("added_tokens");
            int id = added.get(added.size() - 1).path("id").intValue() + 1;
            Set<String> known = new HashSet<>();
            added.forEach(token -> known.add(token.path("content").textValue()));
            for (JsonNode token : meta.path("special_tokens_used")) {
                if (!known.add(token.textValue())) {
                    continue;
                }
                ObjectNode entry = added.addObject().put("id", id++).put("content", token.textValue());
                for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                    entry.put(flag, false);
                }
                entry.put("special", true);
            }
            Path folder = Files.createDirectories(scratch.resolve(name()));
            JSON.writeValue(folder.resolve("tokenizer.json").toFile(), file);
            return Tokenizer.load(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, Object> specialTokens() {
        return PlainJson.map(meta.path("special_tokens_passed"), UnaryOperator.identity());
    }

    /** The special tokens of the reference, and values of a case in front of them. */
    Map<String, Object> variables(JsonNode given) {
        Map<String, Object> all = new LinkedHashMap<>(specialTokens());
        all.putAll(PlainJson.map(given, UnaryOperator.identity()));
        return all;
    }
}
