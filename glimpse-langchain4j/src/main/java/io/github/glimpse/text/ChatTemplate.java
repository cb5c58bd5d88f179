package io.github.glimpse.text;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.text.jinja.JinjaTemplate;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The chat template of a model: the rule that makes one prompt of messages, written in Jinja.
 *
 * <p>Rendered as the transformers library does it, by the interpreter in {@code text.jinja}.
 *
 * <p>Parsed once, immutable, safe for concurrent use.
 */
public final class ChatTemplate {

    private final String source;
    private final JinjaTemplate template;
    private final Map<String, Object> defaults;
    private final @Nullable ChatTemplate forTools;

    private ChatTemplate(String source, Map<String, Object> defaults, @Nullable ChatTemplate forTools) {
        this.forTools = forTools;
        this.source = source;
        this.template = JinjaTemplate.parse(source);
        this.defaults = Map.copyOf(defaults);
    }

    /**
     * Parses a template.
     *
     * @throws ModelFilesException if it is not well formed, with the line, or longer than a million characters
     */
    public static ChatTemplate parse(String source) {
        return parse(source, Map.of());
    }

    /**
     * Parses the templates of a tokenizer that has several.
     *
     * @param sources by name; of them {@code default} and {@code tool_use} count
     * @throws ModelFilesException if one is not well formed
     * @throws IllegalArgumentException if there is neither of the two
     */
    public static ChatTemplate ofNamed(Map<String, String> sources, Map<String, Object> specialTokens) {
        String source = sources.get(ChatTemplateFiles.DEFAULT);
        String toolSource = sources.get(ChatTemplateFiles.TOOL_USE);
        if (source == null && toolSource == null) {
            throw new IllegalArgumentException("None of the templates " + sources.keySet() + " is default or tool_use");
        }
        ChatTemplate forTools = toolSource == null ? null : parse(toolSource, specialTokens);
        return source == null && forTools != null
                ? new ChatTemplate(forTools.source, specialTokens, forTools)
                : new ChatTemplate(Objects.requireNonNull(source), specialTokens, forTools);
    }

    /** The template of requests with tools: the one named {@code tool_use} if there is one, else this. */
    public ChatTemplate forTools() {
        return forTools == null ? this : forTools;
    }

    /** Whether the only template is the one named {@code tool_use}, so that requests need tools. */
    public boolean needsTools() {
        return forTools != null && forTools.source.equals(source);
    }

    /** A template with variables that every rendering has, unless it is given others of the same name. */
    static ChatTemplate parse(String source, Map<String, Object> defaults) {
        return new ChatTemplate(source, defaults, null);
    }

    /**
     * Looks for the template of a model folder, in the order of the transformers library: {@code chat_template.jinja},
     * {@code chat_template.json}, {@code processor_config.json}, {@code tokenizer_config.json}. Where a file holds
     * several, those called {@code default} and {@code tool_use} count. The folder
     * {@code additional_chat_templates} may hold the second.
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
        Map<String, String> sources = files.findSources();
        return sources.isEmpty() ? Optional.empty() : Optional.of(ofNamed(sources, files.specialTokens()));
    }

    /** The template as it was written. */
    public String source() {
        return source;
    }

    /** Whether a word occurs in the source. */
    public boolean mentions(String word) {
        return source.contains(word);
    }

    /**
     * Renders with these variables at the time of the system, as {@link #render(Map, Clock, Consumer)}. Unless given, there are
     * no messages, tools or documents, and there is no generation prompt.
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        Map<String, @Nullable Object> all = new HashMap<>();
        all.put("messages", List.of());
        all.put("tools", null);
        all.put("documents", null);
        all.put("add_generation_prompt", false);
        all.putAll(defaults);
        all.putAll(variables);
        return render(all, Clock.system(ZoneId.systemDefault()), name -> {});
    }

    /**
     * Renders with these variables, and with the special tokens of the model's files where they have no other value.
     *
     * @param variables {@code messages} and all others, in the form of {@link JinjaTemplate#render}
     * @param clock of {@code strftime_now}
     * @param read is given each variable that the template reads
     * @throws UnsupportedContentException if the template refuses or fails
     */
    public String render(
            Map<String, ? extends @Nullable Object> variables, Clock clock, Consumer<? super String> read) {
        Map<String, @Nullable Object> all = new HashMap<>(defaults);
        all.putAll(variables);
        return template.render(all, clock, read);
    }
}
