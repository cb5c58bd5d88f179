package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.ChatTemplateMessage;
import io.github.glimpse.text.JsonValues;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolForm;
import io.github.glimpse.text.ToolMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        List<ChatTemplateMessage> messages = new ArrayList<>();
        conversation.path("messages").forEach(message -> messages.add(message(message)));
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
        return new ToolMessages(template, Map.of()).render(messages, tools, ToolForm.of(template, tokenizer));
    }

    private ChatTemplateMessage message(JsonNode message) {
        List<Map<String, Object>> parts = new ArrayList<>();
        for (JsonNode part : message.path("content")) {
            parts.add(
                    part.path("type").asText().equals("image")
                            ? ChatTemplateMessage.imagePart()
                            : ChatTemplateMessage.textPart(
                                    tokenizer.guard(part.path("text").asText())));
        }
        String role = message.path("role").asText();
        if (role.equals("tool")) {
            return ToolMessages.result("", parts);
        }
        List<Map<String, Object>> calls = new ArrayList<>();
        message.path("calls")
                .forEach(call -> calls.add(ToolMessages.call(
                        tokenizer.guard(call.path("name").asText()),
                        tokenizer.guard(call.path("arguments").asText()))));
        return calls.isEmpty() ? new ChatTemplateMessage(role, parts) : ToolMessages.calling(parts, calls);
    }
}
