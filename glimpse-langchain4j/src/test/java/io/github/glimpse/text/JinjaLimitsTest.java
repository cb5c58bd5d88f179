package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that try to hang, to fill the memory or to overflow the stack. */
class JinjaLimitsTest {

    /** Ends a hang; no measure of speed. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static String render(String template) {
        return ChatTemplate.parse(template).render(Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{% for a in range(100000) %}{{ range(100000) | list | length }}{% endfor %}",
                "{% for a in range(100000) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 1000 }}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for a in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for a in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for a in range(100) %}{% set ns.s = ns.s.replace('a', ns.s) %}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for a in range(100) %}{% set ns.s = [ns.s, ns.s] | join %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for a in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for a in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for a in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}",
                "{% set ns = namespace(s=1, t=1) %}{% for a in range(60) %}{% set ns.s = [ns.s, ns.s] %}"
                        + "{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}",
                "{% set ns = namespace(s=1) %}{% for a in range(9000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=1) %}{% for a in range(9000) %}{% set ns.s = {'k': ns.s} %}{% endfor %}{{ ns.s | tojson }}",
                "{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}",
                "{{ 'a' * 1000000000000 }}",
                "{{ [1] * 1000000000000 }}",
                "{{ 'x'.zfill(1000000000) }}",
                "{{ '%1000000000d' % 5 }}",
                "{{ '%.1000000000f' % 5 }}",
                "{{ '{:1000000000}'.format(5) }}",
                "{{ '{:.1000000000}'.format(5.5) }}",
                "{{ 'a\\nb' | indent(1000000000) }}",
                "{{ [1] | tojson(indent=1000000000) }}",
                "{{ 10 ** 10 ** 10 }}",
                "{{ 9223372036854775807 + 1 }}",
                "{{ -9223372036854775807 - 2 }}",
                "{{ 2.0 ** 5000 }}",
                "{{ range(100001) }}",
                "{{ range(-9223372036854775807, 9223372036854775807) | length }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
                "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{% call m() %}{% endcall %}",
                "{{ strftime_now('%c' * 10000000) }}",
                "{{ (['A' * 10000000] * 100) | sort | length }}",
                "{{ ({'a': 'A' * 30000000, 'b': 'A' * 30000000} | dictsort(by='value')) | length }}",
                "{% set s = 'ā' * 10000000 %}{% for a in range(100) %}{% for b in range(1000) %}{{ s | length }}{% endfor %}{% endfor %}",
                "{% set s = 'ā' * 10000000 %}{% for a in range(100) %}{% for b in range(1000) %}{{ s[99999999] }}{% endfor %}{% endfor %}",
                "{% set s = 'a' * 10000000 %}{% set t = 'a' * 10000000 %}{% for a in range(100) %}{% for b in range(1000) %}"
                        + "{% if s is sameas t %}{% endif %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(s=[3, 1, 2]) %}{% for a in range(100000) %}{% set ns.s = ns.s | map('string') %}{% endfor %}{{ ns.s | list }}",
            })
    void endsWithAnErrorSoon(String template) {
        assertTimeoutPreemptively(HANG, () -> assertThatThrownBy(() -> render(template))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("line "));
    }

    @Test
    void askingOftenWhetherALongTextIsThereTakesNoTime() {
        String template = "{% set s = 'ā' * 10000000 %}{% for a in range(1000) %}{% for b in range(100) %}"
                + "{% if s %}{% endif %}{% endfor %}{% endfor %}{{ 'abc'[1::9223372036854775807] }}";

        assertTimeoutPreemptively(HANG, () -> assertThat(render(template)).isEqualTo("b"));
    }

    @Test
    void searchesOfLargeTextsAreCounted() {
        String template = "{% set a = 'a' * 1000000 %}{% set b = 'a' * 500000 ~ 'b' %}"
                + "{% for i in range(10000) %}{{ b in a }}{% endfor %}";

        assertTimeoutPreemptively(
                HANG, () -> assertThatThrownBy(() -> render(template)).isInstanceOf(UnsupportedContentException.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{1:", "not ", "-", "x if ", "x if y else ", "x[", "f(", "x|default("})
    void refusesExpressionsThatNestTooDeep(String opening) {
        assertThatThrownBy(() -> ChatTemplate.parse("{{ " + opening.repeat(50_000)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void refusesBlocksThatNestTooDeep() {
        assertThatThrownBy(() -> ChatTemplate.parse("{% if x %}\n".repeat(5_000)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("nests deeper than");
    }

    @Test
    void refusesChainsThatNestTooDeep() {
        assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(100_000) + " }}"))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("nests deeper than");
        assertThatThrownBy(() -> render("{{ x" + ".x".repeat(100_000) + " }}"))
                .isInstanceOf(UnsupportedContentException.class);
        assertThatThrownBy(() -> render("{{ 'a'" + "|upper".repeat(100_000) + " }}"))
                .isInstanceOf(UnsupportedContentException.class);
    }

    @Test
    void readsLongFlatTemplatesQuickly() {
        String numbers = "{{ 1_0" + "_0".repeat(100_000) + " }}";
        assertTimeoutPreemptively(HANG, () -> assertThatThrownBy(() -> ChatTemplate.parse(numbers))
                .isInstanceOf(ModelFilesException.class));
        assertThat(render("{{ 'a' }}".repeat(50_000))).hasSize(50_000);
        assertThat(render(
                        "{% if false %}{% elif false %}".replace("{% elif false %}", "{% elif false %}".repeat(20_000))
                                + "x{% else %}y{% endif %}"))
                .isEqualTo("y");
        assertThat(render("{{ [" + "1,".repeat(100_000) + "] | length }}")).isEqualTo("100000");
    }

    @Test
    void rendersALongConversation() {
        List<Map<String, String>> messages = IntStream.range(0, 2_000)
                .mapToObj(
                        index -> Map.of("role", index % 2 == 0 ? "user" : "assistant", "content", "word ".repeat(200)))
                .toList();
        String template = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] | trim }}\n{% endfor %}";

        assertThat(ChatTemplate.parse(template).render(Map.of("messages", messages)))
                .hasSizeGreaterThan(2_000_000);
    }

    /** Pieces of templates in random order: a typed error or a text, and never anything else. */
    @Test
    void survivesRandomTemplates() {
        String[] pieces = {
            "{%",
            "%}",
            "{{",
            "}}",
            "{#",
            "#}",
            "-%}",
            "{%-",
            "{{-",
            "+%}",
            "if ",
            "else",
            "endif",
            "elif ",
            "for ",
            "in ",
            "endfor",
            "set ",
            "endset",
            "macro ",
            "endmacro",
            "call ",
            "endcall",
            "raw",
            "endraw",
            "generation",
            "endgeneration",
            "break",
            "continue",
            "with ",
            "endwith",
            "filter ",
            "endfilter",
            "x",
            "messages",
            "loop.",
            "x.y",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "=",
            "==",
            "+",
            "-",
            "*",
            "**",
            "//",
            "%",
            "~",
            "|",
            ".",
            "is ",
            "not ",
            "and ",
            "or ",
            "'a'",
            "\"b\"",
            "'",
            "\\",
            "1",
            "2.5",
            "0x",
            "1e",
            "none",
            "true",
            "upper",
            "trim",
            "join",
            "list",
            "map('upper')",
            "tojson",
            "defined",
            "string",
            "range(9)",
            "namespace()",
            "ns.a",
            " ",
            "\n",
            "\t",
            "text",
            "🙂",
            "\u0000",
            "!",
            "?",
            "@",
            "varargs",
            "caller()",
            "recursive",
            "loop",
            "strip()",
            "split('a')",
            "format(1)",
            "%s"
        };
        Random random = new Random(42);
        int rendered = 0;
        for (int round = 0; round < 10_000; round++) {
            StringBuilder template = new StringBuilder();
            int open = random.nextInt(3);
            template.append(open == 0 ? "{{ " : open == 1 ? "{% " : "");
            for (int count = random.nextInt(14); count >= 0; count--) {
                template.append(pieces[random.nextInt(pieces.length)]);
            }
            template.append(open == 0 ? " }}" : open == 1 ? " %}" : "");
            try {
                render(template.toString());
                rendered++;
            } catch (GlimpseException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
        assertThat(rendered).isGreaterThan(50);
    }

    /** Templates in use with characters lost, doubled or exchanged. */
    @Test
    void survivesDamagedTemplates() {
        Random random = new Random(7);
        List<TextFixtures.Family> families =
                List.of(TextFixtures.committed(TextFixtures.QWEN), TextFixtures.committed(TextFixtures.LLAVA));
        for (TextFixtures.Family family : families) {
            String source = TextFixtures.read(family.model().resolve("chat_template.json"))
                    .path("chat_template")
                    .asText();
            List<Map<String, Object>> messages = family.cases().get(0).messages();
            for (int round = 0; round < 1_500; round++) {
                StringBuilder damaged = new StringBuilder(source);
                for (int count = random.nextInt(4); count >= 0; count--) {
                    int at = random.nextInt(damaged.length());
                    switch (random.nextInt(3)) {
                        case 0 -> damaged.deleteCharAt(at);
                        case 1 -> damaged.insert(at, damaged.charAt(random.nextInt(damaged.length())));
                        default -> damaged.setCharAt(at, (char) (32 + random.nextInt(95)));
                    }
                }
                try {
                    ChatTemplate.parse(damaged.toString())
                            .render(Map.of("messages", messages, "add_generation_prompt", true));
                } catch (GlimpseException expected) {
                    assertThat(expected.getMessage()).isNotBlank();
                }
            }
        }
    }
}
