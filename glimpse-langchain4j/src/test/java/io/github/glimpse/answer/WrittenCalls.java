package io.github.glimpse.answer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tool calls written by a chat template, and the format in which it writes them. */
final class WrittenCalls {

    /** Renders a conversation by a chat template, without a generation prompt. A refusal is any runtime exception. */
    @FunctionalInterface
    interface Renderer {

        /**
         * Renders messages.
         *
         * @param messages messages as chat templates read them; contents are strings, arguments mappings
         * @param tools tools as chat templates read them
         */
        String render(List<Map<String, Object>> messages, List<Map<String, Object>> tools);
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String NAME = "zq_tool";
    private static final Map<String, Object> ARGUMENTS = Map.of("zq_text", "zq zr");
    private static final String ANSWER = "zq";
    private static final List<Map<String, Object>> TOOLS = List.of(Map.of(
            "type",
            "function",
            "function",
            Map.of(
                    "name",
                    NAME,
                    "description",
                    "Looks up a text",
                    "parameters",
                    Map.of(
                            "type",
                            "object",
                            "properties",
                            Map.of("zq_text", Map.of("type", "string", "description", "Text")),
                            "required",
                            List.of("zq_text")))));

    /** Ids that templates accept: nine letters or digits (Mistral), and the name with an index (Kimi K2). */
    private static final List<String> IDS = List.of("zqcall000", "functions." + NAME + ":0");

    private WrittenCalls() {}

    /**
     * Finds the format of a template.
     *
     * @return the format; empty if the template writes no calls, or in a format that has no reader
     */
    static Optional<ToolCallFormat> detect(Renderer renderer) {
        for (String id : IDS) {
            String written = written(renderer, TOOLS, call(id));
            Optional<ToolCallFormat> found = written == null
                    ? Optional.empty()
                    : ToolCallFormatDetector.formatOf(written, NAME, JSON.valueToTree(ARGUMENTS));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Map<String, Object> call(String id) {
        return Map.of(
                "role",
                "assistant",
                "content",
                "",
                "tool_calls",
                List.of(Map.of(
                        "id", id, "type", "function", "function", Map.of("name", NAME, "arguments", ARGUMENTS))));
    }

    /**
     * Text that a template writes for an assistant message: all after the beginning that it has in common with a plain
     * answer, up to the end of the turn. Null if the template refuses the message.
     */
    static @Nullable String written(Renderer renderer, List<Map<String, Object>> tools, Map<String, Object> message) {
        Map<String, Object> question = Map.of("role", "user", "content", "Question?");
        String plain;
        String rendered;
        try {
            plain = renderer.render(List.of(question, Map.of("role", "assistant", "content", ANSWER)), tools);
            rendered = renderer.render(List.of(question, message), tools);
        } catch (RuntimeException | StackOverflowError refused) {
            return null;
        }
        int start = 0;
        while (start < Math.min(plain.length(), rendered.length()) && plain.charAt(start) == rendered.charAt(start)) {
            start++;
        }
        String end = plain.substring(plain.lastIndexOf(ANSWER) + ANSWER.length());
        return rendered.substring(start, ToolCallFormatDetector.endOfTurn(rendered, start, end));
    }
}
