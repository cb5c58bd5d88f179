package io.github.glimpse.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Detector of the format in which a chat template writes tool calls: gives a call that the template wrote to each reader in the
 * order of {@link ToolCallFormat}; the first that reads exactly that call is the format.
 */
public final class ToolCallFormatDetector {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Ends of a turn with calls, where it differs from the end of a turn with text. */
    private static final List<String> ENDS = List.of(
            "<|eom_id|>", "<|eom|>", "<|call|>", "<|tool_response>", "<|observation|>", "<|user|>", "<|eot_id|>");

    private ToolCallFormatDetector() {}

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

    static Optional<ToolCallFormat> formatOf(String written, String name, JsonNode arguments) {
        for (ToolCallFormat format : ToolCallFormat.values()) {
            if (reads(format, written, name, arguments)) {
                return Optional.of(variant(format, written));
            }
        }
        return Optional.empty();
    }

    /** Position of the first end of a turn. */
    static int endOfTurn(String text, int from, String answerEnd) {
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
