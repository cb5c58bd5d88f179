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
import java.util.Optional;

/** Reads chat templates and special tokens from the files of a model folder. */
final class ChatTemplateFiles {

    private static final String TEMPLATE_KEY = "chat_template";
    private static final String DEFAULT_NAME = "default";
    private static final long MAX_FILE_BYTES = 64L << 20;
    private static final List<String> SPECIAL_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path directory;

    ChatTemplateFiles(Path directory) {
        this.directory = directory;
    }

    Optional<String> findSource() {
        Path jinja = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(jinja)) {
            return Optional.of(read(jinja));
        }
        return fromJson("chat_template.json")
                .or(() -> fromJson("processor_config.json"))
                .or(() -> fromJson("tokenizer_config.json"));
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

    private Optional<String> fromJson(String fileName) {
        Path file = directory.resolve(fileName);
        JsonNode template = readJson(file).path(TEMPLATE_KEY);
        if (template.isTextual()) {
            return Optional.of(template.textValue());
        }
        if (template.isObject()) {
            return chosen(file, template.path(DEFAULT_NAME));
        }
        if (template.isArray()) {
            for (JsonNode named : template) {
                if (named.path("name").asText("").equals(DEFAULT_NAME)) {
                    return chosen(file, named.path("template"));
                }
            }
            return chosen(file, mapper.missingNode());
        }
        return Optional.empty();
    }

    private static Optional<String> chosen(Path file, JsonNode template) {
        if (!template.isTextual()) {
            throw new ModelFilesException(
                    "The file " + file.getFileName() + " holds chat templates, but none that is called 'default';"
                            + " put the wanted one into chat_template.jinja");
        }
        return Optional.of(template.textValue());
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
