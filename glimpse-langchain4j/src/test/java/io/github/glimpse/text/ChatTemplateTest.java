package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {

    @TempDir
    Path folder;

    private static String render(String template) {
        return ChatTemplate.parse(template).render(Map.of());
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(folder.resolve(file), content);
    }

    private String found() {
        return ChatTemplate.find(folder).orElseThrow().render(Map.of());
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

        assertThat(template.render(Map.of())).isEqualTo("<s></s><image>False");
        assertThat(template.render(Map.of("bos_token", "<B>"))).isEqualTo("<B></s><image>False");
    }

    @Test
    void givesTheVariablesThatTemplatesExpect() {
        assertThat(render("{{ tools is none }}{{ documents is none }}{{ add_generation_prompt }}{{ messages }}"))
                .isEqualTo("TrueTrueFalse[]");
    }

    @Test
    void findsTheTemplateForToolsBesideTheDefault() throws IOException {
        write("tokenizer_config.json", """
                {"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"},
                 {"name": "rag", "template": "documents"}]}
                """);

        ChatTemplate template = ChatTemplate.find(folder).orElseThrow();

        assertThat(template.render(Map.of())).isEqualTo("plain");
        assertThat(template.forTools().render(Map.of())).isEqualTo("tools");
        assertThat(template.needsTools()).isFalse();
    }

    @Test
    void findsTheTemplateForToolsInItsFolder() throws IOException {
        write("chat_template.jinja", "plain");
        Files.createDirectory(folder.resolve("additional_chat_templates"));
        write("additional_chat_templates/tool_use.jinja", "tools");

        ChatTemplate template = ChatTemplate.find(folder).orElseThrow();

        assertThat(template.render(Map.of())).isEqualTo("plain");
        assertThat(template.forTools().render(Map.of())).isEqualTo("tools");
    }

    @Test
    void takesTheTemplateForToolsWhereItIsTheOnlyOne() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"tools\"}]}");

        assertThat(ChatTemplate.find(folder).orElseThrow().needsTools()).isTrue();
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

        assertThatThrownBy(() -> template.render(Map.of("x", new AtomicInteger(1))))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("AtomicInteger");
        assertThatThrownBy(() -> template.render(Map.of("x", Map.of(1, 2))))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("keys are not strings");
        Map<String, Object> cycle = new HashMap<>();
        cycle.put("self", cycle);
        assertThatThrownBy(() -> template.render(Map.of("x", cycle)))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("deeper than");
    }

    @Test
    void takesPlainDataOfEveryKind() {
        Map<String, Object> variables = new HashMap<>();
        variables.put("a", null);
        variables.put("b", List.of(1, 2L, (short) 3, (byte) 4, 1.5, 0.5f, true, CharBuffer.wrap("s")));

        assertThat(ChatTemplate.parse("{{ a }} {{ b }}").render(variables))
                .isEqualTo("None [1, 2, 3, 4, 1.5, 0.5, True, 's']");
    }

    @Test
    void keepsTheMarksOfTheGuardInPrintedValues() {
        String marked = "<" + TypedTextGuard.MARK + "x>";
        String template = "{{ [v] }}{{ v | tojson }}{{ v | tojson(ensure_ascii=true) }}";

        String prompt = ChatTemplate.parse(template).render(Map.of("v", marked));

        assertThat(prompt).isEqualTo("['" + marked + "']\"" + marked + "\"\"" + marked + "\"");
    }

    @Test
    void rendersOnManyThreadsAtOnce() {
        ChatTemplate template = ChatTemplate.parse(
                "{% set ns = namespace(n=0) %}{% for i in range(k) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");

        List<String> sums = IntStream.range(0, 64)
                .parallel()
                .mapToObj(k -> template.render(Map.of("k", k)))
                .toList();

        assertThat(sums)
                .containsExactlyElementsOf(IntStream.range(0, 64)
                        .mapToObj(k -> Integer.toString(k * (k - 1) / 2))
                        .toList());
    }
}
