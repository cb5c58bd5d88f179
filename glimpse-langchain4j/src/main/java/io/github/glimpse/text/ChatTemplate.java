package io.github.glimpse.text;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.text.jinja.JinjaTemplate;
import io.github.glimpse.text.jinja.JinjaTemplate.ContentForm;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chat template of a model: the rule that makes one prompt of messages, written in Jinja.
 *
 * <p>Rendered as the transformers library does it, by the interpreter in {@code text.jinja}. What a template wants as content is found out when it is parsed: parts, a string, or a string where a
 * message is one text.
 *
 * <p>Parsed once, immutable, safe for concurrent use.
 */
public final class ChatTemplate {

    private final String source;
    private final JinjaTemplate template;
    private final Map<String, Object> defaults;

    private ChatTemplate(String source, JinjaTemplate template, Map<String, Object> defaults) {
        this.source = source;
        this.template = template;
        this.defaults = defaults;
    }

    /**
     * Parses a template.
     *
     * @throws ModelFilesException if it is not well formed, with the line, or longer than a million characters
     */
    public static ChatTemplate parse(String source) {
        return parse(source, Map.of());
    }

    /** A template with variables that every rendering has, unless it is given others of the same name. */
    static ChatTemplate parse(String source, Map<String, Object> defaults) {
        return new ChatTemplate(source, JinjaTemplate.parse(source), Map.copyOf(defaults));
    }

    /**
     * Looks for the template of a model folder, in the order of the transformers library: {@code chat_template.jinja},
     * {@code chat_template.json}, {@code processor_config.json}, {@code tokenizer_config.json}. Where a file holds
     * several, the one called {@code default} counts.
     *
     * <p>The special tokens that {@code tokenizer_config.json} names ({@code bos_token}, {@code eos_token} and so on)
     * are variables of every rendering.
     *
     * @param modelDirectory a model folder in Hugging Face form
     * @return empty if no file has a template
     * @throws ModelFilesException if a file cannot be read or its template is not well formed
     */
    public static Optional<ChatTemplate> find(Path modelDirectory) {
        ChatTemplateFiles files = new ChatTemplateFiles(modelDirectory);
        return files.findSource().map(source -> parse(source, files.specialTokens()));
    }

    /** The template as it was written. */
    public String source() {
        return source;
    }

    /** Whether the template writes tools by itself, given the variable {@code tools}. */
    public boolean readsTools() {
        return template.readsTools();
    }

    /**
     * Makes the prompt. Image placeholders are those of the template, one per image part; the caller repeats them.
     *
     * @param messages  the conversation, oldest first
     * @param variables what else the template may ask for, such as {@code add_generation_prompt}, {@code tools} or
     *                  {@code bos_token}: text, numbers, booleans, lists, maps. Unless given, tools and documents are
     *                  none and there is no generation prompt
     * @throws UnsupportedContentException if the template refuses the messages, with its message; if it wants text
     *                                     only and there is an image; or if it fails or takes too much, with the line
     */
    public String render(List<ChatTemplateMessage> messages, Map<String, Object> variables) {
        List<Object> converted = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            converted.add(message(messages.get(index), index));
        }
        Map<String, @Nullable Object> all = new HashMap<>();
        all.put("tools", null);
        all.put("documents", null);
        all.putAll(defaults);
        all.put("add_generation_prompt", false);
        all.putAll(variables);
        all.put("messages", converted);
        return template.render(all, Clock.system(ZoneId.systemDefault()));
    }

    private Map<String, Object> message(ChatTemplateMessage message, int index) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        fields.put("content", content(message, index));
        message.fields().forEach(fields::putIfAbsent);
        return fields;
    }

    private Object content(ChatTemplateMessage message, int index) {
        List<Map<String, Object>> parts = message.content();
        List<String> texts = new ArrayList<>();
        for (Map<String, Object> part : parts) {
            if (part.get("text") instanceof String text) {
                texts.add(text);
            }
        }
        boolean onlyText = texts.size() == parts.size();
        if (template.contentForm() == ContentForm.PARTS) {
            return parts;
        }
        if (template.contentForm() == ContentForm.BOTH) {
            return onlyText && texts.size() == 1 ? texts.get(0) : parts;
        }
        if (!onlyText) {
            throw new UnsupportedContentException("Message " + (index + 1)
                    + " has an image, but the model's chat template takes text only; leave the image out or choose a"
                    + " vision-language model");
        }
        return String.join("\n", texts);
    }
}
