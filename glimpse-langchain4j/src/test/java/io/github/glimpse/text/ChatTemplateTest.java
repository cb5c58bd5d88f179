package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.text.jinja.JinjaTemplate;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplateTest {

    private static final String PARTS =
            "{% for m in messages %}{% for c in m['content'] %}[{{ c.type }}{{ c.text }}]{% endfor %}{% endfor %}";
    private static final String STRING = "{% for m in messages %}{{ m.role + ': ' + m.content }}{% endfor %}";
    private static final String BOTH = "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}"
            + "{% for c in m.content %}<{{ c.type }}>{% endfor %}{% endif %}{% endfor %}";

    @TempDir
    Path folder;

    private static String render(String template, ChatTemplateMessage... messages) {
        return ChatTemplate.parse(template).render(List.of(messages), Map.of());
    }

    private static ChatTemplateMessage imageAndText() {
        return new ChatTemplateMessage(
                "user", List.of(ChatTemplateMessage.imagePart(), ChatTemplateMessage.textPart("what?")));
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(folder.resolve(file), content);
    }

    private String found() {
        return ChatTemplate.find(folder).orElseThrow().render(List.of(), Map.of());
    }

    @Test
    void findsNothingInAFolderWithoutTemplates() throws IOException {
        assertThat(ChatTemplate.find(folder)).isEmpty();
        write("tokenizer_config.json", "{\"bos_token\": \"<s>\"}");
        assertThat(ChatTemplate.find(folder)).isEqualTo(Optional.empty());
    }

    @Test
    void prefersTheFilesInTheOrderOfTheTransformersLibrary() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"tokenizer\"}");
        assertThat(found()).isEqualTo("tokenizer");
        write("processor_config.json", "{\"chat_template\": \"processor\"}");
        assertThat(found()).isEqualTo("processor");
        write("chat_template.json", "{\"chat_template\": \"json\"}");
        assertThat(found()).isEqualTo("json");
        write("chat_template.jinja", "jinja\n");
        assertThat(found()).isEqualTo("jinja");
    }

    @Test
    void takesTheDefaultAmongSeveral() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"},"
                        + " {\"name\": \"default\", \"template\": \"d\"}]}");
        assertThat(found()).isEqualTo("d");
        write("chat_template.json", "{\"chat_template\": {\"rag\": \"r\", \"default\": \"D\"}}");
        assertThat(found()).isEqualTo("D");
    }

    @Test
    void asksForADefaultWhereThereIsNone() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"t\"}]}");

        assertThatThrownBy(this::found)
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("'default'");
    }

    @Test
    void saysWhichFileIsDamaged() throws IOException {
        write("chat_template.json", "{\"chat_template\": ");

        assertThatThrownBy(this::found)
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("chat_template.json")
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void knowsTheSpecialTokensOfTheFolder() throws IOException {
        write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}{{ image_token }}{{ unk_token is defined }}");
        write(
                "tokenizer_config.json",
                "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}, \"unk_token\": null,"
                        + " \"extra_special_tokens\": {\"image_token\": \"<image>\"}}");
        ChatTemplate template = ChatTemplate.find(folder).orElseThrow();

        assertThat(template.render(List.of(), Map.of())).isEqualTo("<s></s><image>False");
        assertThat(template.render(List.of(), Map.of("bos_token", "<B>"))).isEqualTo("<B></s><image>False");
    }

    @Test
    void givesTheVariablesThatTemplatesExpect() {
        assertThat(render("{{ tools is none }}{{ documents is none }}{{ add_generation_prompt }}{{ messages }}"))
                .isEqualTo("TrueTrueFalse[]");
    }

    @Test
    void givesPartsToATemplateThatLoopsOverThem() {
        assertThat(render(PARTS, imageAndText(), ChatTemplateMessage.ofText("user", "x")))
                .isEqualTo("[image][textwhat?][textx]");
    }

    @Test
    void givesAStringToATemplateThatNeverLoops() {
        ChatTemplateMessage two = new ChatTemplateMessage(
                "user", List.of(ChatTemplateMessage.textPart("a"), ChatTemplateMessage.textPart("b")));

        assertThat(render(STRING, two)).isEqualTo("user: a\nb");
    }

    @Test
    void givesAStringOrPartsToATemplateThatTakesBoth() {
        assertThat(render(BOTH, ChatTemplateMessage.ofText("user", "x"))).isEqualTo("x");
        assertThat(render(BOTH, imageAndText())).isEqualTo("<image><text>");
    }

    @Test
    void seesALoopOverAnAliasOfTheContent() {
        String template = "{% for m in messages %}{% set parts = m.content | list %}"
                + "{% for p in parts | selectattr('type', 'eq', 'image') %}<img>{% endfor %}{% endfor %}";

        assertThat(render(template, imageAndText())).isEqualTo("<img>");
    }

    @Test
    void refusesAnImageForATemplateOfTextOnly() {
        assertThatThrownBy(() -> render(STRING, ChatTemplateMessage.ofText("system", "x"), imageAndText()))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("Message 2 has an image")
                .hasMessageContaining("text only");
    }

    @Test
    void givesFurtherFieldsOfAMessage() {
        ChatTemplateMessage call = new ChatTemplateMessage(
                "assistant", List.of(), Map.of("tool_calls", List.of(Map.of("name", "f")), "role", "ignored"));

        assertThat(render("{% for m in messages %}{{ m.role }} {{ m.tool_calls[0].name }}{% endfor %}", call))
                .isEqualTo("assistant f");
    }

    @Test
    void passesTheRefusalOfTheTemplateOn() {
        assertThatThrownBy(() -> render("\n{{ raise_exception('roles must alternate') }}"))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("refuses")
                .hasMessageEndingWith("roles must alternate");
    }

    @Test
    void cutsALongRefusal() {
        assertThatThrownBy(() -> render("{{ raise_exception('x' * 10000) }}"))
                .isInstanceOf(UnsupportedContentException.class)
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void namesTheLineThatFails() {
        assertThatThrownBy(() -> render("a\nb\n{{ nobody.home }}"))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("'nobody' is undefined");
    }

    @Test
    void namesTheLineThatIsNotWellFormed() {
        assertThatThrownBy(() -> ChatTemplate.parse("a\n{% if x %}\n{% endfor %}"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("endfor");
    }

    @Test
    void refusesASourceThatIsTooLong() {
        assertThatThrownBy(() -> ChatTemplate.parse("x".repeat((1 << 20) + 1)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("1048577")
                .hasMessageContaining("1048576");
    }

    @Test
    void refusesVariablesThatAreNoPlainData() {
        ChatTemplate template = ChatTemplate.parse("{{ x }}");

        assertThatThrownBy(() -> template.render(List.of(), Map.of("x", new BigDecimal("1"))))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("BigDecimal");
        assertThatThrownBy(() -> template.render(List.of(), Map.of("x", Map.of(1, 2))))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("keys are not strings");
        Map<String, Object> cycle = new HashMap<>();
        cycle.put("self", cycle);
        assertThatThrownBy(() -> template.render(List.of(), Map.of("x", cycle)))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("deeper than");
    }

    @Test
    void takesPlainDataOfEveryKind() {
        Map<String, Object> variables = new HashMap<>();
        variables.put("a", null);
        variables.put("b", List.of(1, 2L, (short) 3, (byte) 4, 1.5, 0.5f, true, CharBuffer.wrap("s")));

        assertThat(ChatTemplate.parse("{{ a }} {{ b }}").render(List.of(), variables))
                .isEqualTo("None [1, 2, 3, 4, 1.5, 0.5, True, 's']");
    }

    @Test
    void keepsTheMarksOfTheGuardInPrintedValues() {
        String marked = "<" + TypedTextGuard.MARK + "x>";
        String template = "{{ [v] }}{{ v | tojson }}{{ v | tojson(ensure_ascii=true) }}";

        String prompt = ChatTemplate.parse(template).render(List.of(), Map.of("v", marked));

        assertThat(prompt).isEqualTo("['" + marked + "']\"" + marked + "\"\"" + marked + "\"");
    }

    @Test
    void rendersOnManyThreadsAtOnce() {
        ChatTemplate template = ChatTemplate.parse(
                "{% set ns = namespace(n=0) %}{% for i in range(k) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");

        List<String> sums = IntStream.range(0, 64)
                .parallel()
                .mapToObj(k -> template.render(List.of(), Map.of("k", k)))
                .toList();

        assertThat(sums)
                .containsExactlyElementsOf(IntStream.range(0, 64)
                        .mapToObj(k -> Integer.toString(k * (k - 1) / 2))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "'ChatML, strings, question', STRING",
        "'Llama 3, strings, question', STRING",
        "'Mistral, tools', STRING",
        "'Phi 3, strings, question', STRING",
        "'DeepSeek, strings, question', STRING",
        "'Qwen3, tools', STRING",
        "'LLaVA, parts, image', PARTS",
        "'SmolVLM, parts, image', PARTS",
        "'Qwen2-VL, parts, image', BOTH",
        "'Gemma 3, parts, image', BOTH",
        "'Macros, parts, image', BOTH",
    })
    void findsOutWhichContentAFamilyTakes(String caseName, JinjaTemplate.ContentForm form) {
        JsonNode cases = TextFixtures.read(TextFixtures.resource("jinja/jinja-cases.json"))
                .path("cases");
        String source = StreamSupport.stream(cases.spliterator(), false)
                .filter(each -> each.path("name").asText().equals(caseName))
                .findFirst()
                .orElseThrow()
                .path("template")
                .asText();

        assertThat(JinjaTemplate.parse(source).contentForm()).isEqualTo(form);
    }
}
