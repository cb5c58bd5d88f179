package io.github.glimpse.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.text.ChatTemplate;
import io.github.glimpse.text.JsonValues;
import io.github.glimpse.text.ToolForm;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ToolMessagesTest {

    private static final String SHOWS_SYSTEM =
            "{% for m in messages %}<{{ m.role }}>{% for p in m.content %}{{ p.text if p.type == 'text' else '#' }}"
                    + "{% endfor %}{% endfor %}{{ '<assistant>' if add_generation_prompt }}";
    private static final Map<String, Object> TOOL = ToolMessages.tool("now", null, Map.of("type", "object"));
    private static final String LINE =
            "{\"type\": \"function\", \"function\": {\"name\": \"now\", \"parameters\": {\"type\":" + " \"object\"}}}";

    private static String render(List<TemplateMessage> messages, List<Map<String, Object>> tools, ToolForm form) {
        return render(SHOWS_SYSTEM, messages, tools, form);
    }

    private static String render(
            String template, List<TemplateMessage> messages, List<Map<String, Object>> tools, ToolForm form) {
        ConversationRenderer renderer =
                new ConversationRenderer(ChatTemplate.parse(template), Map.of(), Clock.systemUTC(), null);
        RenderedConversation rendered = new ToolMessages(renderer)
                .render(messages, tools.isEmpty() ? DescribedTools.NONE : DescribedTools.of(tools), form, Map.of());
        assertThat(rendered.changes()).isEqualTo(ConversationChanges.NONE);
        return rendered.prompt();
    }

    private static TemplateMessage message(String role, String text) {
        return TemplateMessage.of(0, role, MessageContent.ofText(text));
    }

    private static TemplateMessage calling(MessageContent content, String name, String arguments) {
        return TemplateMessage.assistant(
                1, content, null, List.of(MessageCall.of("c1", name, arguments, UnaryOperator.identity())));
    }

    private static TemplateMessage result(MessagePart... parts) {
        return TemplateMessage.result(2, "c1", MessageContent.ofParts(List.of(parts)));
    }

    @Test
    void theConventionPutsTheListBeforeTheSystemTextWhereATemplateShowsIt() {
        String with = render(
                List.of(message("system", "Be brief."), message("user", "Hi")), List.of(TOOL), ToolForm.PROMPTED);
        String without = render(List.of(message("user", "Hi")), List.of(TOOL), ToolForm.PROMPTED);

        assertThat(with).startsWith("<system># Tools\n\n").contains(LINE).endsWith("\n\nBe brief.<user>Hi<assistant>");
        assertThat(without).startsWith("<system># Tools\n\n").endsWith("</tool_call><user>Hi<assistant>");
    }

    @Test
    void theConventionPutsTheListBeforeTheQuestionWhereATemplateHasNoSystemText() {
        String noSystem = "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}"
                + "{% endfor %}";

        String prompt = render(
                noSystem,
                List.of(message("system", "Be brief."), message("user", "Hi")),
                List.of(TOOL),
                ToolForm.PROMPTED);

        assertThat(prompt).startsWith("<user>Be brief.\n\n# Tools\n\n").endsWith("\n\nHi");
    }

    @Test
    void callsThatWereMadeBeforeAreWrittenThoughNoToolIsOffered() {
        String prompt = render(
                List.of(
                        message("user", "When?"),
                        calling(MessageContent.EMPTY, "now", "{ }"),
                        result(MessagePart.IMAGE, MessagePart.ofText("noon"))),
                List.of(),
                ToolForm.MERGED);

        assertThat(prompt)
                .isEqualTo("<user>When?<assistant><tool_call>\n{\"name\": \"now\", \"arguments\": { }}\n</tool_call>"
                        + "<user><tool_response>\n#noon\n</tool_response><assistant>");
    }

    @Test
    void whereNoToolIsShownCallsAndResultsAreTextOfOneAnswer() {
        String prompt = render(
                List.of(
                        message("user", "Is it warm?"),
                        calling(MessageContent.ofText("Let me look."), "weather", "{\"city\":\"Oslo\"}"),
                        result(MessagePart.ofText("22 degrees")),
                        message("assistant", "Yes."),
                        message("user", "Thanks")),
                List.of(TOOL),
                ToolForm.OFF);

        assertThat(prompt)
                .isEqualTo("<user>Is it warm?<assistant>Let me look.\n[called the tool weather {\"city\":\"Oslo\"}]\n"
                        + "[the tool weather gave: 22 degrees]\nYes.<user>Thanks<assistant>");
    }

    @Test
    void aToolIsDescribedInTheOrderOfItsSchemaAndWithItsNumbers() {
        List<String> guarded = new ArrayList<>();
        Map<String, Object> schema = JsonValues.read(
                "{\"z\": [1, 2.5, true, null, 12345678901], \"a\": {\"<x>\": \"<y>\"}, \"type\": \"object\"}", text -> {
                    guarded.add(text);
                    return text.replace('<', '(');
                });

        assertThat(render(
                        List.of(message("user", "Hi")),
                        List.of(ToolMessages.tool("t", "d", schema)),
                        ToolForm.PROMPTED))
                .contains("{\"name\": \"t\", \"description\": \"d\", \"parameters\": {\"z\": [1, 2.5, true, null,"
                        + " 12345678901], \"a\": {\"(x>\": \"(y>\"}, \"type\": \"object\"}}");
        assertThat(guarded).containsExactlyInAnyOrder("z", "a", "<x>", "<y>");
    }

    @Test
    void aTemplateThatReadsToolsIsLeftToWriteThem() {
        String knows =
                "{% if tools %}{{ tools[0] | tojson }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}";

        assertThat(render(knows, List.of(message("user", "Hi")), List.of(TOOL), ToolForm.NATIVE))
                .isEqualTo(LINE + "Hi");
    }
}
