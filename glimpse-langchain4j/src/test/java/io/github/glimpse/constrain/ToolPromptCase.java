package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.template.ConversationRenderer;
import io.github.glimpse.template.DescribedTools;
import io.github.glimpse.template.MessageCall;
import io.github.glimpse.template.MessageContent;
import io.github.glimpse.template.MessagePart;
import io.github.glimpse.template.TemplateMessage;
import io.github.glimpse.template.ToolMessages;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.JsonValues;
import io.github.glimpse.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * A family whose prompts with tools are compared.
 *
 * @param name in the golden cases
 * @param template its chat template
 * @param tokenizer guards what comes from outside, and makes ids
 */
record ToolPromptCase(String name, ChatTemplate template, Tokenizer tokenizer) {

    static final List<ToolPromptCase> FAMILIES = families();

    private static List<ToolPromptCase> families() {
        Path qwen = ConstrainedFixtures.resource("/fixtures/" + ConstrainedFixtures.QWEN + "/model");
        Path llava = ConstrainedFixtures.resource("/fixtures/" + ConstrainedFixtures.LLAVA + "/model");
        try {
            String source =
                    Files.readString(ConstrainedFixtures.resource("/io/github/glimpse/text/tools-native.jinja"));
            return List.of(
                    new ToolPromptCase("qwen2_5_vl", ChatTemplate.find(qwen).orElseThrow(), Tokenizer.load(qwen)),
                    new ToolPromptCase("qwen3_vl", ChatTemplate.parse(source), Tokenizer.load(qwen)),
                    new ToolPromptCase("llava_1_5", ChatTemplate.find(llava).orElseThrow(), Tokenizer.load(llava)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The prompt as people read it. */
    String prompt(JsonNode conversation) {
        return Tokenizer.unguard(render(conversation));
    }

    /** Ids of that text, as a tokenizer gives them that knows nothing of guards. */
    int[] ids(JsonNode conversation) {
        return tokenizer.encode(prompt(conversation));
    }

    private String render(JsonNode conversation) {
        if (conversation.path("name").asText().endsWith("-no-tools")) {
            // What the template alone gives; of LLaVA's that is without system text.
            return template.render(Map.of("messages", guarded(conversation), "add_generation_prompt", true));
        }
        List<TemplateMessage> messages = new ArrayList<>();
        Deque<String> unanswered = new ArrayDeque<>();
        conversation.path("messages").forEach(message -> messages.add(message(messages.size(), message, unanswered)));
        List<Map<String, Object>> tools = new ArrayList<>();
        conversation.path("tools").forEach(tool -> {
            JsonNode function = tool.path("function");
            tools.add(ToolMessages.tool(
                    tokenizer.guard(function.path("name").asText()),
                    function.has("description")
                            ? tokenizer.guard(function.path("description").asText())
                            : null,
                    JsonValues.read(function.path("parameters").toString(), tokenizer::guard)));
        });
        ToolMessages rendering =
                new ToolMessages(new ConversationRenderer(template, Map.of(), Clock.systemUTC(), null));
        return rendering
                .render(
                        messages,
                        tools.isEmpty() ? DescribedTools.NONE : DescribedTools.of(tools),
                        rendering.fitting(tokenizer),
                        Map.of())
                .prompt();
    }

    private List<Map<String, Object>> guarded(JsonNode conversation) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (JsonNode message : conversation.path("messages")) {
            List<Map<String, Object>> parts = new ArrayList<>();
            for (JsonNode part : message.path("content")) {
                parts.add(
                        part.path("type").asText().equals("image")
                                ? Map.of("type", "image")
                                : Map.of(
                                        "type",
                                        "text",
                                        "text",
                                        tokenizer.guard(part.path("text").asText())));
            }
            messages.add(Map.of("role", message.path("role").asText(), "content", parts));
        }
        return messages;
    }

    /** Results are in the order of their calls, which have no ids there. */
    private TemplateMessage message(int index, JsonNode message, Deque<String> unanswered) {
        List<MessagePart> parts = new ArrayList<>();
        for (JsonNode part : message.path("content")) {
            parts.add(
                    part.path("type").asText().equals("image")
                            ? MessagePart.IMAGE
                            : MessagePart.ofText(
                                    tokenizer.guard(part.path("text").asText())));
        }
        boolean isText = parts.size() == 1 && !parts.get(0).text().isEmpty();
        MessageContent content = new MessageContent(parts, !isText);
        String role = message.path("role").asText();
        List<MessageCall> calls = new ArrayList<>();
        for (JsonNode call : message.path("calls")) {
            String id = "c" + calls.size();
            unanswered.add(id);
            // The golden prompts were made with arguments as text, which these templates write as it is.
            String arguments = tokenizer.guard(call.path("arguments").asText());
            calls.add(new MessageCall(id, tokenizer.guard(call.path("name").asText()), arguments, arguments));
        }
        return switch (role) {
            case "tool" -> TemplateMessage.result(index, unanswered.remove(), content);
            case "assistant" -> TemplateMessage.assistant(index, content, null, calls);
            default -> TemplateMessage.of(index, role, content);
        };
    }
}
