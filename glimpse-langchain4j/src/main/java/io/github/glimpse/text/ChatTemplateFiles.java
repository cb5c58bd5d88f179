package io.github.glimpse.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Reads chat templates and special tokens from the files of a model folder. */
final class ChatTemplateFiles {

    private static final String TEMPLATE_KEY = "chat_template";
    static final String DEFAULT = "default";
    static final String TOOL_USE = "tool_use";
    private static final long MAX_FILE_BYTES = 64L << 20;
    private static final List<String> SPECIAL_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path directory;

    ChatTemplateFiles(Path directory) {
        this.directory = directory;
    }

    /** Templates by their names; empty if no file has one. */
    Map<String, String> findSources() {
        Map<String, String> sources = new HashMap<>();
        Path jinja = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(jinja)) {
            sources.put(DEFAULT, read(jinja));
        } else {
            for (String file : List.of("chat_template.json", "processor_config.json", "tokenizer_config.json")) {
                if (sources.isEmpty()) {
                    sources.putAll(fromJson(directory.resolve(file)));
                }
            }
        }
        Path toolUse = directory.resolve("additional_chat_templates").resolve(TOOL_USE + ".jinja");
        if (Files.isRegularFile(toolUse)) {
            sources.put(TOOL_USE, read(toolUse));
        }
        return sources;
    }

    /** The special tokens by the names under which templates know them. */
    Map<String, Object> specialTokens() {
        Map<String, Object> tokens = new HashMap<>();
        JsonNode config = readJson(directory.resolve("tokenizer_config.json"));
        for (String name : SPECIAL_TOKENS) {
            putToken(tokens, name, config.path(name));
        }
        Iterator<Map.Entry<String, JsonNode>> extra =
                config.path("extra_special_tokens").properties().iterator();
        while (extra.hasNext()) {
            Map.Entry<String, JsonNode> token = extra.next();
            putToken(tokens, token.getKey(), token.getValue());
        }
        return tokens;
    }

    private static void putToken(Map<String, Object> tokens, String name, JsonNode token) {
        JsonNode text = token.isObject() ? token.path("content") : token;
        if (text.isTextual()) {
            tokens.put(name, text.textValue());
        }
    }

    private Map<String, String> fromJson(Path file) {
        Map<String, String> sources = new HashMap<>();
        JsonNode template = readJson(file).path(TEMPLATE_KEY);
        if (template.isTextual()) {
            sources.put(DEFAULT, template.textValue());
        } else if (template.isObject()) {
            template.properties().forEach(named -> put(sources, named.getKey(), named.getValue()));
        } else {
            template.forEach(named -> put(sources, named.path("name").asText(""), named.path("template")));
        }
        if (template.isContainerNode() && !sources.containsKey(DEFAULT) && !sources.containsKey(TOOL_USE)) {
            throw new ModelFilesException("The file " + file.getFileName() + " holds chat templates, but none that is"
                    + " called 'default' or 'tool_use'; put the wanted one into chat_template.jinja");
        }
        return sources;
    }

    private static void put(Map<String, String> sources, String name, JsonNode template) {
        if (template.isTextual()) {
            sources.put(name, template.textValue());
        }
    }

    private JsonNode readJson(Path file) {
        if (!Files.isRegularFile(file)) {
            return mapper.missingNode();
        }
        try {
            return mapper.readTree(read(file));
        } catch (JsonProcessingException damaged) {
            throw new ModelFilesException(
                    "The file " + file.getFileName() + " of the model is not valid JSON; download it again", damaged);
        }
    }

    private static String read(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes > MAX_FILE_BYTES) {
                throw new ModelFilesException("The file " + file.getFileName() + " has " + bytes
                        + " bytes, the limit is " + MAX_FILE_BYTES + "; check the model folder");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new ModelFilesException(
                    "The file " + file.getFileName() + " of the model cannot be read; check its permissions",
                    unreadable);
        }
    }
}
