package io.github.glimpse.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What jinja2 itself makes of several hundred templates; {@code src/test/python/make_jinja_cases.py} asks it. */
class JinjaCasesTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final JsonNode FILE = file();

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
                assertThatThrownBy(() -> JinjaTemplate.parse(template))
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
        Map<String, Object> values = MAPPER.convertValue(
                variables.isObject() ? variables : FILE.path("variables"), new TypeReference<>() {});
        return JinjaTemplate.parse(template).render(values, CLOCK);
    }

    private static JsonNode file() {
        try (InputStream in = JinjaCasesTest.class.getResourceAsStream("jinja-cases.json")) {
            return MAPPER.readTree(in);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
