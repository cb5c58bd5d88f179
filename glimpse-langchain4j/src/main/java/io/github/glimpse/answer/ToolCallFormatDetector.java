package io.github.glimpse.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Detector of the format in which a chat template writes tool calls: renders a call, and gives the text to each
 * reader in the
 * order of {@link ToolCallFormat}; the first that reads exactly that call is the format.
 */
public final class ToolCallFormatDetector {

    /** Renders a conversation by a chat template, without a generation prompt. A refusal is any runtime exception. */
    @FunctionalInterface
    public interface Renderer {

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

    /** Ends of a turn with calls, where it differs from the end of a turn with text. */
    private static final List<String> ENDS = List.of(
            "<|eom_id|>", "<|eom|>", "<|call|>", "<|tool_response>", "<|observation|>", "<|user|>", "<|eot_id|>");

    private ToolCallFormatDetector() {}

    /**
     * Finds the format of a template.
     *
     * @return the format; empty if the template writes no calls, or in a format that has no reader
     */
    public static Optional<ToolCallFormat> detect(Renderer renderer) {
        for (String id : IDS) {
            String written = written(renderer, TOOLS, call(id));
            Optional<ToolCallFormat> found =
                    written == null ? Optional.empty() : formatOf(written, NAME, JSON.valueToTree(ARGUMENTS));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * Finds the format of a call that a template wrote.
     *
     * @param written text of an answer that is the call, with the end of the turn
     * @param answerEnd text after an answer of plain text
     * @param name name of the tool
     * @param arguments arguments of the call, an object
     * @return the format; empty if no reader reads exactly that call
     */
    public static Optional<ToolCallFormat> detect(String written, String answerEnd, String name, JsonNode arguments) {
        return formatOf(written.substring(0, endOfTurn(written, 0, answerEnd)), name, arguments);
    }

    private static Optional<ToolCallFormat> formatOf(String written, String name, JsonNode arguments) {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            if (reads(format, written, name, arguments)) {
                return Optional.of(variant(format, written));
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
        return rendered.substring(start, endOfTurn(rendered, start, end));
    }

    /** Position of the first end of a turn. */
    private static int endOfTurn(String text, int from, String answerEnd) {
        List<String> ends = new ArrayList<>(ENDS);
        String end = Blanks.strip(answerEnd);
        if (!end.isEmpty()) {
            ends.add(end);
        }
        int length = text.length();
        for (String known : ends) {
            int found = text.indexOf(known, from);
            length = found < 0 ? length : Math.min(length, found);
        }
        return length;
    }

    private static boolean reads(ToolCallFormat format, String written, String name, JsonNode arguments) {
        ObjectNode parameters = JSON.createObjectNode();
        ObjectNode properties = parameters.putObject("properties");
        arguments.properties().forEach(argument -> properties
                .putObject(argument.getKey())
                .put("type", argument.getValue().getNodeType().name().toLowerCase(Locale.ROOT)));
        AnswerSetup setup = new AnswerSetup(
                null,
                "",
                format,
                List.of(new AnswerTool(name, parameters)),
                Set.of(),
                AnswerReader.CallEvents.COMPLETE);
        List<String> text = new ArrayList<>();
        List<ReadCall> calls = new ArrayList<>();
        AnswerReader reader = new AnswerReader(setup, new AnswerListener() {
            @Override
            public void text(String piece) {
                text.add(piece);
            }

            @Override
            public void call(int index, ReadCall call) {
                calls.add(call);
            }
        });
        reader.append(written);
        reader.finish(AnswerEnding.COMPLETE);
        return text.isEmpty() && calls.size() == 1 && isCall(calls.get(0), name, arguments);
    }

    private static boolean isCall(ReadCall call, String name, JsonNode arguments) {
        try {
            return call.name().equals(name) && JSON.readTree(call.arguments()).equals(arguments);
        } catch (JsonProcessingException invalid) {
            throw new IllegalStateException("Arguments of a tool call are no JSON", invalid);
        }
    }

    /** Tells formats apart that one reader reads. */
    private static ToolCallFormat variant(ToolCallFormat read, String written) {
        return switch (read) {
            case GLM4, GLM47 -> Blanks.strip(written).indexOf('\n') >= 0 ? ToolCallFormat.GLM4 : ToolCallFormat.GLM47;
            case MISTRAL_V3, MISTRAL_V11, MISTRAL_V13 -> {
                if (written.contains(MistralBlock.CALL_ID)) {
                    yield ToolCallFormat.MISTRAL_V11;
                }
                yield written.contains(MistralBlock.ARGUMENTS) ? ToolCallFormat.MISTRAL_V13 : ToolCallFormat.MISTRAL_V3;
            }
            default -> read;
        };
    }
}
