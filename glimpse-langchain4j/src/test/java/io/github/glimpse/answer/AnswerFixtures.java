package io.github.glimpse.answer;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers of {@code parsing.json} in folders of released templates. */
final class AnswerFixtures {

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(Integer.MAX_VALUE)
                        .build());
    }

    private AnswerFixtures() {}

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static List<AnswerTool> tools(JsonNode definitions) {
        List<AnswerTool> tools = new ArrayList<>();
        definitions.forEach(tool ->
                tools.add(new AnswerTool(tool.at("/function/name").textValue(), tool.at("/function/parameters"))));
        return tools;
    }

    /** How a case is to be read. */
    static AnswerSetup setup(JsonNode testCase, JsonNode toolsets) {
        String name = testCase.path("format").textValue();
        List<AnswerTool> tools = testCase.path("tools").isTextual()
                ? tools(toolsets.path(testCase.path("tools").textValue()))
                : List.of();
        return new AnswerSetup(
                tags(name),
                testCase.path("prompt_end").textValue(),
                ToolCallFormat.of(name).orElse(null),
                tools,
                Set.of(),
                AnswerReader.CallEvents.COMPLETE);
    }

    private static @Nullable ThinkingTags tags(String format) {
        Predicate<String> none = token -> false;
        String tags =
                switch (format) {
                    case "none", "llama3_json", "llama4", "pythonic", "mistral_v3" -> "";
                    case "gemma4" -> "<|channel>thought <channel|>";
                    case "harmony" -> "<|channel|>analysis<|message|> <|end|>";
                    case "mistral_v11", "mistral_v13" -> "[THINK] [/THINK]";
                    default -> "<think> </think>";
                };
        return ThinkingTags.find("", tags, none).orElse(null);
    }

    static AnswerEnding ending(JsonNode testCase) {
        return "length".equals(testCase.path("finish").asText()) ? AnswerEnding.LENGTH : AnswerEnding.COMPLETE;
    }

    /** Cuts a text at positions in code points. */
    static List<String> cut(String text, List<Integer> positions) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int position : positions) {
            int to = text.offsetByCodePoints(0, position);
            pieces.add(text.substring(from, to));
            from = to;
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    static List<String> cutEvery(String text, int length) {
        List<Integer> positions = new ArrayList<>();
        int count = text.codePointCount(0, text.length());
        for (int position = length; position < count; position += length) {
            positions.add(position);
        }
        return cut(text, positions);
    }

    /** All ways to cut an answer: those of the case, and pieces of each length. */
    static List<List<String>> splits(JsonNode testCase) {
        String output = testCase.path("model_output").textValue();
        List<List<String>> splits = new ArrayList<>();
        for (int length = 1; length <= Math.max(1, output.length()); length++) {
            splits.add(cutEvery(output, length));
        }
        for (JsonNode split : testCase.path("splits")) {
            List<Integer> positions = new ArrayList<>();
            split.path("at").forEach(position -> positions.add(position.intValue()));
            splits.add(split.has("every") ? cutEvery(output, split.path("every").intValue()) : cut(output, positions));
        }
        splits.addAll(Collections.nCopies(1, List.of(output)));
        return splits;
    }

    /** The events as a case writes them. */
    static JsonNode result(AnswerEventLog log) throws IOException {
        var result = JSON.createObjectNode();
        result.put("text", log.text.toString().strip());
        result.put("thinking", log.thinking.toString().strip());
        var calls = result.putArray("tool_calls");
        for (ReadCall call : log.calls) {
            calls.addObject().put("name", call.name()).set("arguments", JSON.readTree(call.arguments()));
        }
        return result;
    }

    /** Whether two readings are equal, numbers by value and kind. */
    static boolean isSame(JsonNode expected, JsonNode read) {
        return expected.path("text").asText().strip().equals(read.path("text").asText())
                && expected.path("thinking")
                        .asText()
                        .strip()
                        .equals(read.path("thinking").asText())
                && sameValue(expected.path("tool_calls"), read.path("tool_calls"));
    }

    private static boolean sameValue(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.isIntegralNumber() == other.isIntegralNumber()
                    && one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        if (one.isArray() && other.isArray()) {
            boolean same = one.size() == other.size();
            for (int index = 0; same && index < one.size(); index++) {
                same = sameValue(one.get(index), other.get(index));
            }
            return same;
        }
        if (one.isObject() && other.isObject()) {
            return one.size() == other.size()
                    && one.properties().stream()
                            .allMatch(member -> other.has(member.getKey())
                                    && sameValue(member.getValue(), other.get(member.getKey())));
        }
        return one.equals(other);
    }
}
