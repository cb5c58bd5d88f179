package io.github.glimpse.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.UnsupportedContentException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables of requests: the switch of thinking by the names that a template reads, and names that no request may set. */
class TemplateVariablesTest {

    private static TemplateVariables of(String read, @Nullable String thinking) {
        return TemplateVariables.of(Set.of(read.split(" ", -1)), thinking, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "enable_thinking, on, '{enable_thinking=true}'",
        "enable_thinking, off, '{enable_thinking=false}'",
        "thinking, off, '{thinking=false}'",
        "enable_thinking thinking, on, '{enable_thinking=true, thinking=true}'",
        "thinking_mode, on, '{thinking_mode=enabled}'",
        "thinking_mode, off, '{thinking_mode=disabled}'",
        "reasoning_effort, high, '{reasoning_effort=high}'",
        "reasoning_effort, on, '{}'",
        "enable_thinking reasoning_effort, low, '{enable_thinking=true, reasoning_effort=low}'",
        "enable_thinking reasoning_effort, off, '{enable_thinking=false}'",
        "thinking thinking_effort, max, '{thinking=true, thinking_effort=max}'"
    })
    void theSwitchSetsTheVariableThatTheTemplateReads(String read, String thinking, String values) {
        TemplateVariables variables = of(read, thinking);

        assertThat(variables.values()).hasToString(values);
        assertThat(variables.warnings()).isEmpty();
    }

    @Test
    void withoutASwitchNothingIsSet() {
        assertThat(of("enable_thinking reasoning_effort", null)).isEqualTo(TemplateVariables.NONE);
    }

    @ParameterizedTest
    @CsvSource({"add_vision_id, on", "add_vision_id, off", "add_vision_id, low", "reasoning_effort, off"})
    void aSwitchThatTheTemplateDoesNotHaveIsRefused(String read, String thinking) {
        assertThatThrownBy(() -> of(read, thinking))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("'" + thinking + "'");
    }

    @Test
    void anEffortForATemplateWithoutEffortsSwitchesOnAndIsAWarning() {
        TemplateVariables variables = of("enable_thinking", "low");

        assertThat(variables.values()).isEqualTo(Map.of("enable_thinking", true));
        assertThat(variables.warnings()).singleElement().asString().contains("'low'");
    }

    @Test
    void ownVariablesReplaceThoseOfTheSwitchAndUnreadOnesAreWarnings() throws JsonProcessingException {
        Map<String, Object> own = new ObjectMapper()
                .readValue("{\"enable_thinking\": \"perhaps\", \"colour\": null}", new TypeReference<>() {});

        TemplateVariables variables = TemplateVariables.of(Set.of("enable_thinking"), "on", own);

        assertThat(variables.values()).hasToString("{enable_thinking=perhaps, colour=null}");
        assertThat(variables.warnings()).singleElement().asString().contains("'colour'", "has no effect");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "messages",
                "tools",
                "documents",
                "add_generation_prompt",
                "continue_final_message",
                "bos_token",
                "eos_token",
                "pad_token",
                "image_token",
                "raise_exception",
                "strftime_now",
                "namespace",
                "range",
                "dict"
            })
    void namesThatEveryRenderingSetsAreRefused(String name) {
        assertThat(TemplateVariables.isReserved(name)).isTrue();
        assertThatThrownBy(() -> TemplateVariables.of(Set.of(name), null, Collections.singletonMap(name, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }
}
