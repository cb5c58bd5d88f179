package io.github.glimpse.testing.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies of a tiny model with the chat template and the special tokens of a released model. The weights stay: their table of
 * tokens has rows for the added ones.
 */
public final class TemplateModel {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOOLS = """
            {%- if tools %}

            ## Tools
            {% for tool in tools %}{{ tool | tojson }}
            {% endfor %}{% endif -%}
            """;

    private TemplateModel() {}

    /**
     * Copies a model.
     *
     * @param model folder of the tiny model
     * @param imageToken how the tiny model spells the token of an image
     * @param target folder of the copy
     */
    public static void copy(Path model, String imageToken, FormatCase format, Path target) {
        try (Stream<Path> files = Files.list(model)) {
            Path released = format.folder().orElseThrow();
            Files.createDirectories(target);
            for (Path file : files.toList()) {
                if (!file.getFileName().toString().equals("chat_template.json")) {
                    Files.copy(file, target.resolve(file.getFileName()));
                }
            }
            String source = Files.readString(released.resolve("chat_template.jinja"));
            Files.writeString(target.resolve("chat_template.jinja"), format.addsTools() ? withTools(source) : source);
            JsonNode meta = format.meta();
            int end = addTokens(target, meta, format, imageToken);
            nameTokens(target, meta.path("special_tokens_passed"));
            addEnd(target.resolve("generation_config.json"), end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a list of tools after the system text. */
    private static String withTools(String template) {
        String changed = template.replaceFirst(
                "(\\{\\{ ?bos_token ?}}\\{\\{ ?ns\\.system_prompt ?}}\n)",
                "$1" + TOOLS.replace("\\", "\\\\").replace("$", "\\$"));
        if (changed.equals(template)) {
            throw new IllegalArgumentException("The template has no place where a list of tools can be added");
        }
        return changed;
    }

    /**
     * Adds the special tokens that the tokenizer lacks, and renames that of an image.
     *
     * @return id of the token that ends an answer
     */
    private static int addTokens(Path folder, JsonNode meta, FormatCase format, String imageToken) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        ObjectNode tokenizer = (ObjectNode) JSON.readTree(file.toFile());
        ArrayNode added = (ArrayNode) tokenizer.path("added_tokens");
        Map<String, Integer> ids = new LinkedHashMap<>();
        int next = 0;
        String image = format.imageToken();
        for (JsonNode token : added) {
            if (image != null && token.path("content").textValue().equals(imageToken)) {
                ((ObjectNode) token).put("content", image);
            }
            ids.put(token.path("content").textValue(), token.path("id").intValue());
            next = Math.max(next, token.path("id").intValue() + 1);
        }
        for (String token : tokens(meta, format.answerEnd())) {
            if (!ids.containsKey(token)) {
                ids.put(token, next);
                added.addObject()
                        .put("id", next++)
                        .put("content", token)
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", true);
            }
        }
        JSON.writeValue(file.toFile(), tokenizer);
        return Objects.requireNonNull(ids.get(format.answerEnd()), "token that ends an answer");
    }

    private static List<String> tokens(JsonNode meta, String answerEnd) {
        Stream.Builder<String> tokens = Stream.builder();
        meta.path("special_tokens_used").forEach(token -> tokens.add(token.textValue()));
        meta.path("special_tokens_passed").forEach(token -> tokens.add(token.textValue()));
        return tokens.add(answerEnd).build().toList();
    }

    /** Writes the special tokens that templates read as variables. */
    private static void nameTokens(Path folder, JsonNode passed) throws IOException {
        Path file = folder.resolve("tokenizer_config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        config.remove("chat_template");
        config.putNull("bos_token");
        config.setAll((ObjectNode) passed);
        JSON.writeValue(file.toFile(), config);
    }

    /** Makes a token one of those that end an answer. */
    private static void addEnd(Path file, int id) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        @Nullable JsonNode ends = config.get("eos_token_id");
        ArrayNode all = JSON.createArrayNode().add(id);
        if (ends != null && ends.isArray()) {
            ends.forEach(all::add);
        } else if (ends != null) {
            all.add(ends);
        }
        config.set("eos_token_id", all);
        JSON.writeValue(file.toFile(), config);
    }
}
