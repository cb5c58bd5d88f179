package io.github.glimpse.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidConversationException.Check;
import io.github.glimpse.text.ChatTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** Templates that ask what released ones ask; the released ones are run by {@link ConversationFixturesIT}. */
class ConversationRendererTest {

    private static final String CALLS = "{% for c in m.tool_calls or [] %}[{{ c.function.name }}"
            + "{% for key, value in c.function.arguments | items %} {{ key }}={{ value | tojson }}{% endfor %}]"
            + "{% endfor %}";
    private static final String TOOLS = "{% for t in tools or [] %}({{ t.function.name }}){% endfor %}";

    /** Reads strings, calls and results, and each role anywhere. */
    private static final String OPEN =
            TOOLS + "{% for m in messages %}<{{ m.role }}>{{ m.content }}" + CALLS + "{% endfor %}";

    private static final List<Map<String, Object>> TOOL =
            List.of(ToolMessages.tool("weather", null, Map.of("type", "object")));

    private static ConversationRenderer renderer(String template) {
        return new ConversationRenderer(ChatTemplate.parse(template), Map.of(), TemplateFixture.CLOCK, null);
    }

    private static RenderedConversation render(String template, TemplateMessage... messages) {
        return renderer(template).render(indexed(messages), List.of(), Map.of());
    }

    private static List<TemplateMessage> indexed(TemplateMessage... messages) {
        List<TemplateMessage> all = new ArrayList<>();
        for (TemplateMessage message : messages) {
            all.add(new TemplateMessage(
                    all.size(),
                    message.role(),
                    message.content(),
                    message.thinking(),
                    message.calls(),
                    message.callId(),
                    message.tool()));
        }
        return all;
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(Check check, String template, TemplateMessage... all) {
        return assertThatThrownBy(() -> render(template, all))
                .isInstanceOfSatisfying(InvalidConversationException.class, refused -> assertThat(refused.check())
                        .isEqualTo(check));
    }

    private static TemplateMessage system(String text) {
        return TemplateMessage.of(0, "system", MessageContent.ofText(text));
    }

    private static TemplateMessage user(String text) {
        return TemplateMessage.of(0, "user", MessageContent.ofText(text));
    }

    private static TemplateMessage assistant(String text, MessageCall... calls) {
        return TemplateMessage.assistant(0, MessageContent.ofText(text), null, List.of(calls));
    }

    private static TemplateMessage result(String id, String text) {
        return TemplateMessage.result(0, id, MessageContent.ofText(text));
    }

    private static MessageCall call(String id, String arguments) {
        return MessageCall.of(id, "weather", arguments, UnaryOperator.identity());
    }

    @Test
    void handsArgumentsOverAsAMapping() {
        RenderedConversation rendered = render(
                OPEN,
                user("q"),
                assistant("", call("c1", "{\"city\": \"Oslo\", \"days\": 2, \"share\": 1.0, \"none\": null}")),
                result("c1", "rain"));

        assertThat(rendered.prompt())
                .isEqualTo("<user>q<assistant>[weather city=\"Oslo\" days=2 share=1.0 none=null]<tool>rain");
        assertThat(rendered.changes()).isEqualTo(ConversationChanges.NONE);
    }

    @Test
    void keepsTheDigitsOfLargeIntegers() {
        String arguments = "{\"id\": 123456789012345678901234567890, \"small\": -7, \"real\": 1e3}";

        assertThat(render(OPEN, user("q"), assistant("", call("c1", arguments)), result("c1", "rain"))
                        .prompt())
                .contains("id=123456789012345678901234567890 small=-7 real=1000.0");
    }

    @Test
    void handsOverAnEmptyMappingForBlankArguments() {
        assertThat(render(OPEN, user("q"), assistant("", call("c1", " ")), result("c1", "rain"))
                        .prompt())
                .isEqualTo("<user>q<assistant>[weather]<tool>rain");
    }

    @Test
    void replacesArgumentsThatAreNoObjectOnlyWhereTheTemplateRefusesThem() {
        TemplateMessage[] conversation = {user("q"), assistant("", call("c1", "[1]")), result("c1", "rain")};
        String asText = "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}"
                + "{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}";

        assertThat(render(asText, conversation).prompt()).isEqualTo("qweather\"[1]\"rain");
        RenderedConversation repaired = render(OPEN, conversation);
        assertThat(repaired.prompt()).isEqualTo("<user>q<assistant>[weather]<tool>rain");
        assertThat(repaired.changes().repairs()).containsExactly("unreadable arguments as an empty mapping");
    }

    @Test
    void sortsResultsIntoTheOrderOfTheCalls() {
        TemplateMessage calling = assistant("", call("c1", "{\"city\":\"Oslo\"}"), call("c2", "{\"city\":\"Rome\"}"));

        String ordered = render(OPEN, user("q"), calling, result("c1", "rain"), result("c2", "sun"))
                .prompt();
        String swapped = render(OPEN, user("q"), calling, result("c2", "sun"), result("c1", "rain"))
                .prompt();

        assertThat(ordered).endsWith("<tool>rain<tool>sun");
        assertThat(swapped).isEqualTo(ordered);
    }

    @Test
    void refusesResultsAndCallsThatDoNotBelongTogether() {
        assertRefused(Check.PAIRING, OPEN, user("q"), result("c1", "x")).hasMessageContainingAll("Message 1", "c1");
        assertRefused(Check.PAIRING, OPEN, user("q"), assistant("", call("c1", "{}")), result("c2", "x"))
                .hasMessageContainingAll("Message 2", "c2");
        assertRefused(
                        Check.PAIRING,
                        OPEN,
                        user("q"),
                        assistant("", call("c1", "{}")),
                        result("c1", "x"),
                        result("c1", "y"))
                .hasMessageContainingAll("Message 3", "c1");
        assertRefused(Check.PAIRING, OPEN, user("q"), assistant("", call("c1", "{}")), user("never mind"))
                .hasMessageContainingAll("Message 1", "c1");
        assertRefused(Check.PAIRING, OPEN, user("q"), assistant("", call("c1", "{}")));
        assertRefused(
                        Check.PAIRING,
                        OPEN,
                        user("q"),
                        assistant("", call("c1", "{}"), call("c1", "{}")),
                        result("c1", "x"))
                .hasMessageContainingAll("Message 1", "two calls");
    }

    @Test
    void takesTheOrderWhereNeitherCallsNorResultsHaveIds() {
        MessageCall oslo = call("", "{\"city\":\"Oslo\"}");
        MessageCall rome = call("", "{\"city\":\"Rome\"}");

        assertThat(render(OPEN, user("q"), assistant("", oslo, rome), result("", "rain"), result("", "sun"))
                        .prompt())
                .endsWith("<tool>rain<tool>sun");
        assertRefused(Check.PAIRING, OPEN, user("q"), assistant("", oslo, rome), result("", "rain"));
    }

    @Test
    void takesTheSameIdInAnotherTurn() {
        assertThat(render(
                                OPEN,
                                user("q"),
                                assistant("", call("c1", "{}")),
                                result("c1", "x"),
                                assistant("", call("c1", "{}")),
                                result("c1", "y"))
                        .prompt())
                .endsWith("<tool>x<assistant>[weather]<tool>y");
    }

    @Test
    void movesALateSystemMessageToTheFrontWhereTheTemplateRefusesIt() {
        String refuses = "{% for m in messages %}{% if m.role == 'system' and not loop.first %}"
                + "{{ raise_exception('System message must be at the beginning.') }}{% endif %}"
                + "<{{ m.role }}>{{ m.content }}{% endfor %}";

        RenderedConversation rendered =
                render(refuses, system("one"), user("a"), assistant("b"), system("two"), user("c"));

        assertThat(rendered.prompt()).isEqualTo("<system>one\n\ntwo<user>a<assistant>b<user>c");
        assertThat(rendered.changes().repairs()).containsExactly("system texts to the front");
    }

    @Test
    void movesALateSystemMessageToTheFrontWhereTheTemplateLosesIt() {
        String loses = "{% for m in messages %}{% if m.role != 'system' or loop.first %}<{{ m.role }}>{{ m.content }}"
                + "{% endif %}{% endfor %}";

        RenderedConversation rendered = render(loses, user("two words"), system("two"), user("c"));

        assertThat(rendered.prompt()).isEqualTo("<system>two<user>two words<user>c");
    }

    @Test
    void namesTheMessageThatIsLostWhereNoRepairHelps() {
        String firstOnly = "{{ messages[0].content }}";

        assertRefused(Check.TEMPLATE, firstOnly, user("a"), assistant("b"), user("c"))
                .hasMessageContaining("message 1 is not written by this model's template");
    }

    @Test
    void refusesWithTheWordsOfTheFirstRendering() {
        String refuses = "{% if messages[0].role == 'assistant' %}{{ raise_exception('Users begin.') }}{% endif %}"
                + "{% for m in messages %}{{ m.content }}{% endfor %}";

        assertThatThrownBy(() -> render(refuses, assistant("Hello"), user("a")))
                .isInstanceOfSatisfying(InvalidConversationException.class, refused -> {
                    assertThat(refused.words()).isEqualTo("Users begin.");
                    assertThat(refused).hasMessageContaining("Users begin.");
                });
    }

    @Test
    void rewritesIdsThatTheTemplateRefuses() {
        String nine = "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}"
                + "{% if c.id | length != 9 %}{{ raise_exception('nine') }}{% endif %}"
                + "[{{ c.id }}{{ c.function.name }}{{ c.function.arguments | tojson }}]{% endfor %}"
                + "{{ m.tool_call_id }}{% endfor %}";

        RenderedConversation rendered = render(
                nine,
                user("q"),
                assistant("", call("a-123456789", "{}"), call("b-123456789", "{}"), call("--", "{}")),
                result("a-123456789", "x"),
                result("b-123456789", "y"),
                result("--", "z"));

        assertThat(rendered.prompt())
                .isEqualTo("q[123456789weather{}][000000001weather{}][000000000weather{}]"
                        + "x123456789y000000001z000000000");
        assertThat(rendered.changes().repairs()).containsExactly("ids rewritten");
    }

    @Test
    void writesParallelCallsOneByOneWhereTheTemplateWritesOne() {
        String one = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% if m.tool_calls %}"
                + "[{{ m.tool_calls[0].function.name }}{{ m.tool_calls[0].function.arguments | tojson }}]{% endif %}"
                + "{% endfor %}";

        RenderedConversation rendered = render(
                one,
                user("q"),
                assistant("both", call("call00001", "{\"n\":1}"), call("call00002", "{\"n\":2}")),
                result("call00001", "x"),
                result("call00002", "y"));

        assertThat(rendered.prompt())
                .isEqualTo("<user>q<assistant>both[weather{\"n\": 1}]<tool>x<assistant>[weather{\"n\": 2}]<tool>y");
        assertThat(rendered.changes().repairs()).containsExactly("parallel calls one by one");
    }

    @Test
    void writesATextApartFromCallsThatTheTemplateWritesInItsPlace() {
        String either = "{% for m in messages %}<{{ m.role }}>{% if m.tool_calls %}" + CALLS
                + "{% else %}{{ m.content }}{% endif %}{% endfor %}";

        RenderedConversation rendered =
                render(either, user("q"), assistant("I look.", call("c1", "{\"n\":1}")), result("c1", "x"));

        assertThat(rendered.prompt()).isEqualTo("<user>q<assistant>I look.<assistant>[weather n=1]<tool>x");
        assertThat(rendered.changes()).isEqualTo(new ConversationChanges(List.of("text of a call apart"), List.of()));
    }

    @Test
    void leavesTheTextOutWhereTheTemplateRefusesTwoAnswersInARow() {
        String strict = "{% set ns = namespace(last='') %}{% for m in messages %}{% if m.role == ns.last %}"
                + "{{ raise_exception('alternate') }}{% endif %}{% set ns.last = m.role %}{% if m.tool_calls %}" + CALLS
                + "{% else %}{{ m.content }}{% endif %}{% endfor %}";

        RenderedConversation rendered =
                render(strict, user("q"), assistant("I look.", call("c1", "{\"n\":1}")), result("c1", "x"));

        assertThat(rendered.prompt()).isEqualTo("q[weather n=1]x");
        assertThat(rendered.changes())
                .isEqualTo(new ConversationChanges(List.of(), List.of("assistant text beside a call")));
    }

    @Test
    void mergesEqualRolesAndLeavesEmptyAnswersOutWhereRolesHaveToAlternate() {
        String strict =
                "{% set ns = namespace(last='') %}{% for m in messages %}{% if m.role == ns.last or not m.content %}"
                        + "{{ raise_exception('alternate') }}{% endif %}{% set ns.last = m.role %}<{{ m.role }}>{{ m.content }}"
                        + "{% endfor %}";

        RenderedConversation rendered = render(strict, user("a"), assistant(" "), user("b"));

        assertThat(rendered.prompt()).isEqualTo("<user>a<assistant> <user>b");
        RenderedConversation repaired = render(strict, user("a"), assistant(""), user("b"));
        assertThat(repaired.prompt()).isEqualTo("<user>a\n\nb");
        assertThat(repaired.changes().repairs())
                .containsExactly("empty assistant messages left out", "equal roles merged");
    }

    @Test
    void putsSystemTextIntoTheQuestionWhereTheTemplateHasNoPlaceForIt() {
        String none = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
                + "{{ m.content }}{% endfor %}";

        assertThat(render(none, system("s"), user("a")).prompt()).isEqualTo("s\n\na");
    }

    @Test
    void givesContentInTheFormThatTheTemplateReads() {
        String parts = "{% for m in messages %}{% for c in m.content %}{{ '#' if c.type == 'image' else c.text }}"
                + "{% endfor %}{% endfor %}";
        TemplateMessage listed = TemplateMessage.of(
                0, "user", MessageContent.ofParts(List.of(MessagePart.ofText("One "), MessagePart.ofText("two?"))));

        assertThat(render(parts, user("text")).prompt()).isEqualTo("text");
        assertThat(render("{% for m in messages %}{{ m.content + '!' }}{% endfor %}", listed)
                        .prompt())
                .isEqualTo("One two?!");
    }

    @Test
    void refusesWhatTheTemplateHasNoPlaceFor() {
        String plain = "{% for m in messages %}{{ m.content }}{% endfor %}";
        TemplateMessage image = TemplateMessage.of(0, "user", MessageContent.ofParts(List.of(MessagePart.IMAGE)));

        assertRefused(Check.FEATURES, plain, image).hasMessageContainingAll("Message 0", "image");
        assertRefused(Check.FEATURES, plain, user("q"), assistant("", call("c1", "{}")), result("c1", "x"))
                .hasMessageContainingAll("Message 1", "tool calls");
        assertThatThrownBy(() -> renderer(plain).render(List.of(user("q")), TOOL, Map.of()))
                .isInstanceOf(InvalidConversationException.class)
                .hasMessageContaining("no place for tools");
    }

    @Test
    void refusesToolsOfAnUnsupportedFormat() {
        ConversationRenderer unread = new ConversationRenderer(
                ChatTemplate.parse(OPEN), Map.of(), TemplateFixture.CLOCK, (written, end, call) -> Optional.empty());

        assertThat(unread.render(List.of(user("q")), List.of(), Map.of()).prompt())
                .isEqualTo("<user>q");
        assertThatThrownBy(() -> unread.render(List.of(user("q")), TOOL, Map.of()))
                .isInstanceOfSatisfying(InvalidConversationException.class, refused -> assertThat(refused.check())
                        .isEqualTo(Check.TOOLS));
    }

    /** A call and the end of an answer, as the detection of the format sees them. */
    private static List<String> shownToDetection() {
        List<String> seen = new ArrayList<>();
        ConversationRenderer renderer = new ConversationRenderer(
                ChatTemplate.parse("{% for m in messages %}<{{ m.role }}>{{ m.content }}" + CALLS + "<end>{% endfor %}"
                        + "{% if add_generation_prompt %}<assistant>{% endif %}"),
                Map.of(),
                TemplateFixture.CLOCK,
                (written, end, call) -> {
                    seen.addAll(List.of(written, end));
                    return Optional.of("brackets");
                });

        assertThat(renderer.toolFormat()).contains("brackets");
        return seen;
    }

    @Test
    void showsTheDetectionWhatTheTemplateWritesForACall() {
        List<String> seen = shownToDetection();

        assertThat(seen.get(0)).startsWith("[zqname zqkey=\"zqvalue\"]<end>");
        assertThat(seen.get(1)).startsWith("<end>");
    }

    @Test
    void showsTheDetectionTheEndOfAnAnswerWithoutTheBeginningOfTheNext() {
        List<String> seen = shownToDetection();

        assertThat(seen).containsExactly("[zqname zqkey=\"zqvalue\"]<end>", "<end>");
    }

    @Test
    void usesTheTemplateForToolsWhereThereAreTools() {
        ChatTemplate both =
                ChatTemplate.ofNamed(Map.of("default", "{{ messages[0].content }}", "tool_use", "T" + OPEN), Map.of());
        ConversationRenderer renderer = new ConversationRenderer(both, Map.of(), TemplateFixture.CLOCK, null);

        assertThat(renderer.render(List.of(user("q")), List.of(), Map.of()).prompt())
                .isEqualTo("q");
        assertThat(renderer.render(List.of(user("q")), TOOL, Map.of()).prompt()).isEqualTo("T(weather)<user>q");
    }

    @Test
    void findsTheVariablesOfATemplate() {
        String reads = "{% if enable_thinking is defined and enable_thinking %}T{% endif %}"
                + "{% if not effort is defined %}{% set effort = 'high' %}{% endif %}{{ effort }}"
                + "{% set own = 1 %}{{ own }}{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}";

        assertThat(renderer(reads).variables()).containsExactlyInAnyOrder("enable_thinking", "effort");
    }

    @Test
    void keepsTheTagsOfAThoughtForATemplateThatSplitsThere() {
        String splits = "{% for m in messages %}{% set c = m.content %}{% if '</think>' in c %}"
                + "{% set c = c.split('</think>')[-1] %}{% endif %}{{ c }}{% endfor %}";
        UnaryOperator<String> guard = text -> text.replace("<", "<\uFDD0");
        ConversationRenderer renderer = renderer(splits);
        String answer = renderer.guarded("assistant", "<think>hm</think>so <b>", guard);

        assertThat(answer).isEqualTo("<think>hm</think>so <\uFDD0b>");
        assertThat(renderer.guarded("user", "</think>", guard)).isEqualTo("<\uFDD0/think>");
        assertThat(render(splits, user("q"), assistant(answer), user("r")).prompt())
                .isEqualTo("qso <\uFDD0b>r");
    }

    @Test
    void isNotFooledByATextThatOccursElsewhere() {
        String loses = "{% for m in messages %}{% if m.role != 'system' %}{{ m.content }}{% endif %}{% endfor %}";

        RenderedConversation rendered = render(loses, system("be kind"), user("be brief, be kind"));

        assertThat(rendered.prompt()).isEqualTo("be kind\n\nbe brief, be kind");
        assertThat(rendered.changes().repairs()).containsExactly("system text into the first user message");
    }

    @Test
    void changesNothingOfAConversationOfManyTurns() {
        List<TemplateMessage> turns = new ArrayList<>();
        for (int turn = 0; turn < 50; turn++) {
            turns.addAll(List.of(user("q" + turn), assistant("", call("c" + turn, "{}")), result("c" + turn, "r")));
        }
        TemplateMessage[] conversation = turns.toArray(TemplateMessage[]::new);

        assertThat(render(OPEN, conversation).changes()).isEqualTo(ConversationChanges.NONE);
    }
}
