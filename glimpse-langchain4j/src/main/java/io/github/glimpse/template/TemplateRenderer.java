package io.github.glimpse.template;

import io.github.glimpse.text.ChatTemplate;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One chat template with the variables that every rendering has. Collects the names of the variables that the template reads.
 * Safe for concurrent use.
 */
final class TemplateRenderer {

    /** Variables that a caller must not set. */
    static final Set<String> RESERVED =
            Set.of("messages", "tools", "documents", "add_generation_prompt", "continue_final_message");

    private final ChatTemplate template;
    private final Map<String, Object> specialTokens;
    private final Clock clock;
    private final Set<String> read = ConcurrentHashMap.newKeySet();

    TemplateRenderer(ChatTemplate template, Map<String, Object> specialTokens, Clock clock) {
        this.template = template;
        this.specialTokens = Map.copyOf(specialTokens);
        this.clock = clock;
    }

    boolean mentions(String word) {
        return template.mentions(word);
    }

    /** Names that were read so far, without those that every rendering sets. */
    Set<String> readNames() {
        Set<String> names = new TreeSet<>(read);
        names.removeAll(RESERVED);
        names.removeIf(name -> name.endsWith("_token") || specialTokens.containsKey(name));
        return names;
    }

    /**
     * Renders up to where an answer begins.
     *
     * @throws io.github.glimpse.UnsupportedContentException if the template refuses or fails
     */
    String render(
            List<Map<String, Object>> messages,
            List<Map<String, Object>> tools,
            Map<String, ? extends @Nullable Object> variables) {
        return render(messages, tools, variables, true);
    }

    /**
     * Renders complete messages, without the beginning of another answer.
     *
     * @throws io.github.glimpse.UnsupportedContentException if the template refuses or fails
     */
    String renderComplete(List<Map<String, Object>> messages, List<Map<String, Object>> tools) {
        return render(messages, tools, Map.of(), false);
    }

    private String render(
            List<Map<String, Object>> messages,
            List<Map<String, Object>> tools,
            Map<String, ? extends @Nullable Object> variables,
            boolean addGenerationPrompt) {
        Map<String, @Nullable Object> all = new HashMap<>(specialTokens);
        all.putAll(variables);
        all.put("messages", messages);
        // An empty list makes another prompt in some templates.
        all.put("tools", tools.isEmpty() ? null : tools);
        all.put("documents", null);
        all.put("add_generation_prompt", addGenerationPrompt);
        return template.render(all, clock, read::add);
    }
}
