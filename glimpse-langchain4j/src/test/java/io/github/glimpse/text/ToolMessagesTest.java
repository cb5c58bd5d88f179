package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolMessagesTest {

    private static final ChatTemplate SHOWS_SYSTEM = ChatTemplate.parse(
            "{% for m in messages %}<{{ m.role }}>{% for p in m.content %}{{ p.text if p.type == 'text' else '#' }}"
                    + "{% endfor %}{% endfor %}{{ '<assistant>' if add_generation_prompt }}");
    private static final Map<String, Object> TOOL = ToolMessages.tool("now", null, Map.of("type", "object"));
    private static final String LINE =
            "{\"type\": \"function\", \"function\": {\"name\": \"now\", \"parameters\": {\"type\":" + " \"object\"}}}";

    private final ToolMessages messages = new ToolMessages(SHOWS_SYSTEM, Map.of());

    @Test
    void theConventionPutsTheListBeforeTheSystemTextWhereATemplateShowsIt() {
        String with = messages.render(
                List.of(ChatTemplateMessage.ofText("system", "Be brief."), ChatTemplateMessage.ofText("user", "Hi")),
                List.of(TOOL),
                ToolForm.PROMPTED);
        String without =
                messages.render(List.of(ChatTemplateMessage.ofText("user", "Hi")), List.of(TOOL), ToolForm.PROMPTED);

        assertThat(with).startsWith("<system># Tools\n\n").contains(LINE).endsWith("\n\nBe brief.<user>Hi<assistant>");
        assertThat(without).startsWith("<system># Tools\n\n").endsWith("</tool_call><user>Hi<assistant>");
    }

    @Test
    void callsThatWereMadeBeforeAreWrittenThoughNoToolIsOffered() {
        String prompt = messages.render(
                List.of(
                        ChatTemplateMessage.ofText("user", "When?"),
                        ToolMessages.calling(List.of(), List.of(ToolMessages.call("now", "{ }"))),
                        ToolMessages.result(
                                "now", List.of(ChatTemplateMessage.imagePart(), ChatTemplateMessage.textPart("noon")))),
                List.of(),
                ToolForm.MERGED);

        assertThat(prompt)
                .isEqualTo("<user>When?<assistant><tool_call>\n{\"name\": \"now\", \"arguments\": { }}\n</tool_call>"
                        + "<user><tool_response>\n#noon\n</tool_response><assistant>");
    }

    @Test
    void whereNoToolIsShownCallsAndResultsAreTextOfOneAnswer() {
        String prompt = messages.render(
                List.of(
                        ChatTemplateMessage.ofText("user", "Is it warm?"),
                        ToolMessages.calling(
                                List.of(ChatTemplateMessage.textPart("Let me look.")),
                                List.of(ToolMessages.call("weather", "{\"city\":\"Oslo\"}"))),
                        ToolMessages.result("weather", List.of(ChatTemplateMessage.textPart("22 degrees"))),
                        ChatTemplateMessage.ofText("assistant", "Yes."),
                        ChatTemplateMessage.ofText("user", "Thanks")),
                List.of(TOOL),
                ToolForm.OFF);

        assertThat(prompt)
                .isEqualTo("<user>Is it warm?<assistant>Let me look.\n[called the tool weather {\"city\":\"Oslo\"}]\n"
                        + "[the tool weather gave: 22 degrees]\nYes.<user>Thanks<assistant>");
    }

    @Test
    void aToolIsDescribedInTheOrderOfItsSchemaAndWithItsNumbers() {
        List<String> guarded = new ArrayList<>();
        Map<String, Object> schema =
                JsonValues.read("{\"z\": [1, 2.5, true, null, 12345678901], \"a\": {\"<x>\": \"<y>\"}}", text -> {
                    guarded.add(text);
                    return text.replace('<', '(');
                });

        assertThat(messages.render(
                        List.of(ChatTemplateMessage.ofText("user", "Hi")),
                        List.of(ToolMessages.tool("t", "d", schema)),
                        ToolForm.PROMPTED))
                .contains("{\"name\": \"t\", \"description\": \"d\", \"parameters\": {\"z\": [1, 2.5, true, null,"
                        + " 12345678901], \"a\": {\"(x>\": \"(y>\"}}}");
        assertThat(guarded).containsExactlyInAnyOrder("z", "a", "<x>", "<y>");
    }

    @Test
    void aTemplateThatReadsToolsIsLeftToWriteThem() {
        ChatTemplate knows = ChatTemplate.parse("{% if tools %}{{ tools[0] | tojson }}{% endif %}");
        String unguarded = new ToolMessages(knows, Map.of())
                .render(List.of(ChatTemplateMessage.ofText("user", "Hi")), List.of(TOOL), ToolForm.NATIVE);

        assertThat(knows.readsTools()).isTrue();
        assertThat(SHOWS_SYSTEM.readsTools()).isFalse();
        assertThat(unguarded).isEqualTo(LINE);
    }
}
