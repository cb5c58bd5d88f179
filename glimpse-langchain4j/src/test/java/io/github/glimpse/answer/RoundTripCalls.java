package io.github.glimpse.answer;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Calls that a template writes and the reader of its format reads back. */
final class RoundTripCalls {

    private static final String TOOLS = """
            [{"type":"function","function":{"name":"ping","description":"Ping","parameters":
               {"type":"object","properties":{},"required":[]}}},
             {"type":"function","function":{"name":"put","description":"Put","parameters":{"type":"object","properties":{
               "text":{"type":"string","description":"Text"},"count":{"type":"integer","description":"Count"},
               "ratio":{"type":"number","description":"Ratio"},"on":{"type":"boolean","description":"On"},
               "list":{"type":"array","items":{"type":"string"},"description":"List"},
               "map":{"type":"object","description":"Map","properties":{"deep":{"type":"object",
                 "properties":{"a":{"type":"integer"}}}}}},"required":["text"]}}}]
            """;

    private static final String CALLS = """
            [{"name":"ping","arguments":{}},
             {"name":"put","arguments":{"text":"Oslo"}},
             {"name":"put","arguments":{"text":"01234","count":7,"ratio":1.5,"on":true}},
             {"name":"put","arguments":{"text":"true","count":-1234567890123456789,"on":false}},
             {"name":"put","arguments":{"text":"Zo\u00eb \\"quoted\\" it's \\\\ <b>&amp; {x: [1]}"}},
             {"name":"put","arguments":{"text":"def f():\\n    return 1\\n\\nend"}},
             {"name":"put","arguments":{"text":"a","list":["b","c \\"d\\"",""],"map":{"deep":{"a":1}}}},
             {"name":"put","arguments":{"text":"","list":[],"map":{}}},
             {"name":"put","arguments":{"text":"\ud83d\ude00 \u6f22\u5b57"}}]
            """;

    /** Numbers as templates take them. */
    private static final JsonMapper VALUES = JsonMapper.builder().build();

    private RoundTripCalls() {}

    /** One call at a time, and where the template writes several, all neighbours together. */
    static List<List<JsonNode>> all(boolean writesSeveral) throws IOException {
        JsonNode calls = AnswerFixtures.JSON.readTree(CALLS);
        List<List<JsonNode>> all = new ArrayList<>();
        for (int index = 0; index < calls.size(); index++) {
            all.add(List.of(calls.get(index)));
            if (writesSeveral && index > 0) {
                all.add(List.of(calls.get(index - 1), calls.get(index)));
            }
        }
        return all;
    }

    static AnswerEventLog roundTrip(ReleasedTemplate template, List<JsonNode> calls) throws IOException {
        JsonNode definitions = AnswerFixtures.JSON.readTree(TOOLS);
        List<Map<String, Object>> tools =
                AnswerFixtures.JSON.convertValue(definitions, new TypeReference<List<Map<String, Object>>>() {});
        ToolCallFormat format = ToolCallFormat.of(template.format()).orElseThrow();
        List<Map<String, Object>> written = new ArrayList<>();
        for (int index = 0; index < calls.size(); index++) {
            String name = calls.get(index).path("name").textValue();
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", name);
            function.put(
                    "arguments",
                    VALUES.readValue(
                            calls.get(index).path("arguments").toString(),
                            new TypeReference<Map<String, Object>>() {}));
            String id = format == ToolCallFormat.KIMI_K2 ? "functions." + name + ":" + index : "call0000" + index;
            written.add(Map.of("id", id, "type", "function", "function", function));
        }
        Map<String, Object> message = Map.of("role", "assistant", "content", "", "tool_calls", written);
        String text =
                WrittenCalls.written((messages, offered) -> template.render(messages, offered, false), tools, message);
        AnswerSetup setup = new AnswerSetup(
                null, "", format, AnswerFixtures.tools(definitions), Set.of(), AnswerReader.CallEvents.COMPLETE);
        return AnswerEventLog.read(setup, AnswerEnding.COMPLETE, List.of(text == null ? "" : text));
    }

    static List<JsonNode> read(AnswerEventLog log) throws IOException {
        ArrayNode calls = AnswerFixtures.JSON.createArrayNode();
        for (ReadCall call : log.calls) {
            calls.addObject().put("name", call.name()).set("arguments", AnswerFixtures.JSON.readTree(call.arguments()));
        }
        List<JsonNode> read = new ArrayList<>();
        calls.forEach(read::add);
        return read;
    }
}
