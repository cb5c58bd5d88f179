package io.github.glimpse.answer;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.testing.chat.ReleasedTemplates;
import io.github.glimpse.text.jinja.JinjaTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A released chat template of a folder named by {@code glimpse.templates}.
 *
 * @param name name of its folder
 * @param meta facts about it
 * @param source its source
 */
record ReleasedTemplate(String name, JsonNode meta, String source, JinjaTemplate template) {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-15T09:30:00Z"), ZoneOffset.UTC);

    /** All templates of all folders. */
    static List<ReleasedTemplate> all() {
        List<ReleasedTemplate> templates = new ArrayList<>();
        for (Path folder : ReleasedTemplates.folders()) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> Files.exists(file.resolve("chat_template.jinja")))
                        .sorted()
                        .forEach(file -> templates.add(read(file)));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        return templates;
    }

    private static ReleasedTemplate read(Path folder) {
        try {
            String source = Files.readString(folder.resolve("chat_template.jinja"));
            return new ReleasedTemplate(
                    folder.getFileName().toString(),
                    AnswerFixtures.read(folder.resolve("meta.json")),
                    source,
                    JinjaTemplate.parse(source));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Renders contents as strings or lists, by what the template reads for each role. */
    String render(List<Map<String, Object>> messages, List<Map<String, Object>> tools, boolean generationPrompt) {
        Map<String, Object> variables = new HashMap<>(AnswerFixtures.JSON.convertValue(
                meta.path("special_tokens_passed"), new TypeReference<Map<String, Object>>() {}));
        List<Map<String, Object>> read = new ArrayList<>();
        for (Map<String, Object> message : messages) {
            Map<String, Object> copy = new HashMap<>(message);
            String form = meta.path("content_forms")
                    .path((String) message.get("role"))
                    .path("string")
                    .asText();
            if (message.get("content") instanceof String text && !form.equals("read")) {
                copy.put("content", List.of(Map.of("type", "text", "text", text)));
            }
            read.add(copy);
        }
        variables.put("messages", read);
        variables.put("tools", tools.isEmpty() ? null : tools);
        variables.put("documents", null);
        variables.put("add_generation_prompt", generationPrompt);
        return template.render(variables, CLOCK, name -> {});
    }

    /** The format that the facts name, where the template writes calls; else empty. */
    String format() {
        boolean writesCalls = meta.at("/features/calls").asText().equals("read");
        String named = meta.path("tool_call_format").asText("");
        return writesCalls && ToolCallFormat.of(named).isPresent() ? named : "";
    }
}
