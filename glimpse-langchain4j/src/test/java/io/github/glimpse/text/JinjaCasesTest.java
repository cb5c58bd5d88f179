package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What jinja2 itself makes of several hundred templates; {@code src/test/python/make_jinja_cases.py} asks it. */
class JinjaCasesTest {

    private static final JsonNode FILE = TextFixtures.read(TextFixtures.resource("jinja-cases.json"));

    private static final Clock CLOCK =
            Clock.fixed(LocalDateTime.parse(FILE.path("now").asText()).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);

    @Test
    void knowsManyCases() {
        assertThat(FILE.path("cases")).hasSizeGreaterThan(350);
    }

    @TestFactory
    Stream<DynamicTest> rendersLikeJinja() {
        return StreamSupport.stream(FILE.path("cases").spliterator(), false)
                .map(each -> dynamicTest(each.path("name").asText(), () -> check(each)));
    }

    private static void check(JsonNode expected) {
        String template = expected.path("template").asText();
        switch (expected.path("error").asText("none")) {
            case "none" ->
                assertThat(render(template, expected))
                        .isEqualTo(expected.path("expected").asText());
            case "syntax" ->
                assertThatThrownBy(() -> ChatTemplate.parse(template))
                        .isInstanceOf(ModelFilesException.class)
                        .hasMessageContaining(
                                expected.has("line")
                                        ? "line " + expected.path("line").asInt() + ":"
                                        : "line ");
            case "raised" ->
                assertThatThrownBy(() -> render(template, expected))
                        .isInstanceOf(UnsupportedContentException.class)
                        .hasMessageContaining("refuses")
                        .hasMessageEndingWith(expected.path("message").asText());
            case "runtime" ->
                assertThatThrownBy(() -> render(template, expected))
                        .isInstanceOf(UnsupportedContentException.class)
                        .hasMessageContaining("fails for these messages, line ");
            default -> throw new IllegalStateException("unknown kind of error");
        }
    }

    private static String render(String template, JsonNode expected) {
        JsonNode variables = expected.path("variables");
        Map<?, ?> plain =
                new ObjectMapper().convertValue(variables.isObject() ? variables : FILE.path("variables"), Map.class);
        Map<String, Object> values = new HashMap<>();
        plain.forEach((name, value) -> values.put((String) name, JinjaInput.copy((String) name, value)));
        return ChatTemplate.parse(template).render(values, CLOCK);
    }
}
