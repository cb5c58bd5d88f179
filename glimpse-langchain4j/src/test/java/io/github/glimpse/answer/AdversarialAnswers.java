package io.github.glimpse.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Random outputs of a format: pieces of its tags, of good calls and of prose, put together, cut and disturbed. */
final class AdversarialAnswers {

    private static final String TOOLS = """
            [{"type":"function","function":{"name":"ping","parameters":{"type":"object","properties":{}}}},
             {"type":"function","function":{"name":"put","parameters":{"type":"object","properties":{
               "text":{"type":"string"},"count":{"type":"integer"},"ratio":{"type":"number"},"on":{"type":"boolean"},
               "list":{"type":"array"},"any":{"type":["string","null"]},"map":{"$ref":"#/$defs/map"}},
               "$defs":{"map":{"type":"object"}}}}}]
            """;

    private static final List<String> PROSE = List.of(
            "a", " ", "\n", "    ", "é", "😀", "\"", "\\", "{", "}", "[", "]", "(", ")", ",", ":", "<", ">", "|", "/",
            "'", "=", "1", "-", ".", "e", "0", "null", "None", "true", "True", "NaN", "ping", "put", "no_such", "text",
            "count", "\u0000", "\uD83D", "\t", "\r\n");

    private static final List<String> JSON = List.of(
            "{\"name\": \"ping\", \"arguments\": {}}",
            "{\"name\": \"ping\", \"parameters\": {}}",
            "{\"name\": \"put\", \"arguments\": {\"text\": \"a\\u00e9\", \"count\": 7, \"text\": \"b\"}}",
            "{\"arguments\": \"{\\\"count\\\": 1}\", \"name\": \"put\"}",
            "{\"name\": \"no_such\", \"arguments\": {}}",
            "{\"name\": \"put\", \"arguments\": {\"map\": {\"a\": [1, {\"b\": 2.50}]}}",
            "{\"name\": \"ping\"}",
            "{}",
            "{\"text\": \"x\"}");

    private static final List<String> CONTROL = List.of(
            "<|im_end|>", "<|im_start|>assistant", "</s>", "[INST]", "<|eot_id|>", "<|endoftext|>", "\u202E", "\uFEFF");

    private final ToolCallFormat format;
    private final Random random;
    private final List<String> pieces = new ArrayList<>();

    AdversarialAnswers(ToolCallFormat format, long seed) {
        this.format = format;
        random = new Random(seed);
        pieces.addAll(format.literals());
        pieces.addAll(ThinkingTags.find("", "<think></think>", token -> false)
                .orElseThrow()
                .literals());
        pieces.addAll(PROSE);
        pieces.addAll(JSON);
        pieces.addAll(huge());
        for (String literal : format.literals()) {
            // Cut markers: their beginnings, and what is left of them
            pieces.add(literal.substring(0, literal.length() / 2));
            pieces.add(literal.substring(literal.length() / 2));
        }
        pieces.addAll(CONTROL);
        pieces.addAll(List.of(
                "ping(",
                "put(text='a', count=1)",
                "[ping(), put(text=\"b\", map={\"a\": [1, None]})]",
                "call:ping{}",
                "call:put{text:<|\"|>x<|\"|>,count:2,list:[1,{a:null}]}",
                "functions.ping:0",
                "function<｜tool▁sep｜>ping\n```json\n{}\n```",
                " to=functions.ping<|channel|>commentary json<|message|>{}",
                "<function=put>\n<parameter=count>\n 7.0 \n</parameter>\n</function>\n",
                "put\n<arg_key>text</arg_key>\n<arg_value>x</arg_value>\n"));
    }

    private static List<String> huge() {
        return List.of(
                " ".repeat(900),
                "[".repeat(300),
                "{\"a\":".repeat(120),
                "9".repeat(400),
                "{\"name\": \"put\", \"arguments\": {\"count\": 1" + "0".repeat(300) + "e400}}",
                "x".repeat(2_000));
    }

    static List<AnswerTool> tools() {
        try {
            JsonNode definitions = AnswerFixtures.JSON.readTree(TOOLS);
            return AnswerFixtures.tools(definitions);
        } catch (JsonProcessingException invalid) {
            throw new IllegalStateException(invalid);
        }
    }

    /** A good block of calls, with which many outputs begin. */
    String goodBlock() {
        String open = format.markers().isEmpty() ? "" : format.markers().get(0);
        return switch (format) {
            case HERMES -> open + "\n" + JSON.get(0) + "\n</tool_call>";
            case QWEN3_CODER ->
                open
                        + "\n<function=put>\n<parameter=text>\na\n</parameter>\n<parameter=count>\n1\n</parameter>\n"
                        + "</function>\n</tool_call>";
            case GLM4, GLM47 -> open + "put\n<arg_key>text</arg_key>\n<arg_value>x</arg_value>\n</tool_call>";
            case MISTRAL_V3 -> open + "[" + JSON.get(0) + ", " + JSON.get(2) + "]";
            case MISTRAL_V11 -> open + "ping[CALL_ID]abcdefghi[ARGS]{}";
            case MISTRAL_V13 -> open + "put[ARGS]{\"count\": 1e3}";
            case LLAMA3_JSON -> JSON.get(1);
            case LLAMA4 -> "<|python_start|>a<|python_end|>" + JSON.get(1) + JSON.get(1);
            case PYTHONIC_LFM2 -> open + "[put(text='a', map={'b': [True, null]}), ping()]<|tool_call_end|>";
            case PYTHONIC -> "[put(text='a', map={'b': [True, null]}), ping()]";
            case GEMMA4 -> open + "call:put{text:<|\"|>a<|\"|>,list:[1]}<tool_call|>";
            case DEEPSEEK_V3 ->
                open
                        + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>ping\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
            case DEEPSEEK_V3_1 -> open + "<｜tool▁call▁begin｜>ping<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
            case DEEPSEEK_DSML ->
                open
                        + "\n<｜DSML｜invoke name=\"put\">\n<｜DSML｜parameter name=\"count\" string=\"false\">1"
                        + "</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>";
            case KIMI_K2 ->
                open
                        + "<|tool_call_begin|>functions.ping:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
                        + "<|tool_calls_section_end|>";
            case HARMONY ->
                "<|channel|>analysis<|message|>a<|end|><|start|>assistant to=functions.ping"
                        + "<|channel|>commentary json<|message|>{}<|call|>";
        };
    }

    /** The next output. */
    String next() {
        if (random.nextInt(20) == 0) {
            return goodBlock();
        }
        StringBuilder output = new StringBuilder();
        int count = random.nextInt(20);
        for (int index = 0; index < count; index++) {
            if (random.nextInt(4) == 0) {
                output.append(disturbed(goodBlock()));
            } else {
                output.append(pieces.get(random.nextInt(pieces.size())));
            }
        }
        return output.toString();
    }

    private String disturbed(String block) {
        StringBuilder changed = new StringBuilder(block);
        int changes = random.nextInt(3);
        for (int change = 0; change < changes; change++) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(3)) {
                case 0 -> changed.deleteCharAt(at);
                case 1 -> changed.insert(at, pieces.get(random.nextInt(pieces.size())));
                default -> changed.setLength(at + 1);
            }
        }
        return changed.toString();
    }

    /** Cuts an output at random. */
    List<String> cut(String output) {
        List<String> cut = new ArrayList<>();
        int from = 0;
        int most = 1 + random.nextInt(12);
        while (from < output.length()) {
            int to = Math.min(output.length(), from + 1 + random.nextInt(most));
            cut.add(output.substring(from, to));
            from = to;
        }
        return cut;
    }

    AnswerSetup setup() {
        ThinkingTags tags =
                ThinkingTags.find("", "<think></think>", token -> false).orElseThrow();
        return new AnswerSetup(
                format == ToolCallFormat.HARMONY ? ThinkingTags.HARMONY : random.nextBoolean() ? tags : null,
                List.of("", "<think>\n", "<think>\n\n</think>\n\n").get(random.nextInt(3)),
                format,
                tools(),
                Set.of("abcdefghi"),
                AnswerReader.CallEvents.COMPLETE);
    }

    AnswerEnding ending() {
        return random.nextBoolean() ? AnswerEnding.COMPLETE : AnswerEnding.LENGTH;
    }
}
