package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.TemplateSettings;
import io.github.glimpse.sampling.ThinkingSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Switch of thinking and variables of chat templates: their effect on the prompt, of tiny models with scripted answers. */
class ThinkingSwitchIT {

    private static final String MESSAGES = """
            {%- for message in messages %}
            {{- '<|im_start|>' + message.role + '\\n' }}
            {%- if message.reasoning_content %}{{- '<think>' + message.reasoning_content + '</think>' }}{% endif %}
            {%- if message.content is string %}{{- message.content }}{% else %}{% for part in message.content %}
            {%- if part.type == 'image' %}{{- '<|vision_start|><|image_pad|><|vision_end|>' }}{% else %}{{- part.text }}{% endif %}
            {%- endfor %}{% endif %}
            {{- '<|im_end|>\\n' }}
            {%- endfor %}
            """;

    /** As released models of the Qwen3.5 to 3.8 families have it. */
    private static final String SWITCHED =
            "{%- if reasoning_effort is defined %}{{- 'Effort: ' + reasoning_effort }}{% endif %}"
                    + "{%- if mood is defined %}{{- 'Mood: ' ~ (mood | tojson) }}{% endif %}" + MESSAGES
                    + "{%- if enable_thinking is defined and enable_thinking is false %}"
                    + "{{- '<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' }}"
                    + "{%- else %}{{- '<|im_start|>assistant\\n<think>\\n' }}{% endif %}";

    private static final String CHANNELS = MESSAGES + "{{- '<|start|>assistant' }}"
            + "{#- '<|channel|>analysis<|message|>' '<|end|>' '<|channel|>final<|message|>' -#}";

    private static final String OPEN = "<think>\n";
    private static final String CLOSED = "<think>\n\n</think>\n\n";

    @TempDir
    static Path switched;

    @TempDir
    static Path plain;

    @TempDir
    static Path channels;

    @BeforeAll
    static void copyTheModelWithOtherTemplates() throws IOException {
        copyModel(switched, SWITCHED);
        copyModel(plain, MESSAGES + "{{- '<|im_start|>assistant\\n' }}");
        copyModel(channels, CHANNELS);
    }

    private static void copyModel(Path target, String template) throws IOException {
        try (Stream<Path> files = Files.list(TinyModels.QWEN.resolve("model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        Files.writeString(target.resolve("chat_template.jinja"), template);
    }

    private static EngineOptions.Builder engine(Path folder) {
        return EngineOptions.builder(folder);
    }

    private static ChatRequest question(GlimpseChatRequestParameters.Builder parameters) {
        return ChatRequest.builder()
                .messages(UserMessage.from("Six sevens?"))
                .parameters(parameters.build())
                .build();
    }

    /** The prompt of a request with these parameters. */
    private static String prompt(EngineOptions options, GlimpseChatRequestParameters.Builder parameters) {
        return prompt(options, question(parameters));
    }

    private static String prompt(EngineOptions options, ChatRequest request) {
        StringBuilder seen = new StringBuilder();
        UnaryOperator<String> script = prompt -> {
            seen.append(prompt);
            return "Hm.</think>42";
        };
        try (LoadedModel model = ScriptedModel.load(options, script)) {
            var unused = GlimpseChatModel.builder().model(model).build().chat(request);
        }
        return seen.toString();
    }

    private static ChatResponse answer(Path folder, String script, ChatRequest request) {
        try (LoadedModel model = ScriptedModel.load(engine(folder).build(), prompt -> script)) {
            return GlimpseChatModel.builder().model(model).build().chat(request);
        }
    }

    private static GlimpseChatRequestParameters.Builder parameters() {
        return GlimpseChatRequestParameters.builder();
    }

    private static List<String> warnings(ChatResponse response) {
        return ((GlimpseChatResponseMetadata) response.metadata()).warnings();
    }

    @Test
    void theTemplatesDefaultStaysWhereNothingIsSet() {
        assertThat(prompt(engine(switched).build(), parameters())).endsWith(OPEN);
    }

    @Test
    void aRequestSwitchesTheThought() {
        assertThat(prompt(engine(switched).build(), parameters().thinking(ThinkingSwitch.OFF)))
                .endsWith(CLOSED);
        assertThat(prompt(engine(switched).build(), parameters().thinking(ThinkingSwitch.of("low"))))
                .startsWith("Effort: low")
                .endsWith(OPEN);
    }

    @Test
    void aRequestWinsOverTheModel() {
        EngineOptions off = engine(switched)
                .generation(GenerationOptions.builder()
                        .template(TemplateSettings.NONE.with(ThinkingSwitch.OFF))
                        .build())
                .build();

        assertThat(prompt(off, parameters())).endsWith(CLOSED);
        assertThat(prompt(off, parameters().thinking(ThinkingSwitch.ON))).endsWith(OPEN);
    }

    @Test
    void anAnswerWithTheThoughtSwitchedOffIsText() {
        ChatResponse response =
                answer(switched, "It is 42.", question(parameters().thinking(ThinkingSwitch.OFF)));

        assertThat(response.aiMessage().thinking()).isNull();
        assertThat(response.aiMessage().text()).isEqualTo("It is 42.");
    }

    @Test
    void aBudgetOfZeroIsAsSwitchedOff() {
        assertThat(prompt(engine(switched).build(), parameters().thinkingBudget(0)))
                .endsWith(CLOSED);
    }

    @Test
    void aModelWithoutASwitchRefusesIt() {
        assertThatThrownBy(() -> prompt(engine(plain).build(), parameters().thinking(ThinkingSwitch.OFF)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("enable_thinking");
        GenerationOptions on = GenerationOptions.builder()
                .template(TemplateSettings.NONE.with(ThinkingSwitch.ON))
                .build();
        assertThatThrownBy(() -> LoadedModel.load(engine(plain).generation(on).build()))
                .isInstanceOf(UnsupportedContentException.class);
    }

    @Test
    void variablesReachTheTemplateWithTheirTypes() {
        Map<String, Object> variables = Map.of("mood", List.of(1, true, "a", 1.5), "enable_thinking", false);

        assertThat(prompt(engine(switched).build(), parameters().templateVariables(Map.copyOf(variables))))
                .startsWith("Mood: [1, true, \"a\", 1.5]")
                .endsWith(CLOSED);
    }

    @Test
    void variablesThatTheTemplateDoesNotReadAreWarnings() {
        ChatResponse response =
                answer(switched, "</think>42", question(parameters().templateVariables(Map.of("colour", "red"))));

        assertThat(warnings(response)).singleElement().asString().contains("'colour'");
    }

    @Test
    void variablesOfEveryRenderingAreRefused() {
        assertThatThrownBy(() ->
                        prompt(engine(switched).build(), parameters().templateVariables(Map.of("messages", List.of()))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'messages'");
    }

    @Test
    void earlierThoughtsAreSentUnlessSwitchedOff() {
        List<ChatMessage> messages = List.of(
                UserMessage.from("Six sevens?"),
                AiMessage.builder().text("42").thinking("Six times seven.").build(),
                UserMessage.from("Sure?"));
        ChatRequest.Builder request = ChatRequest.builder().messages(messages);

        assertThat(prompt(engine(switched).build(), request.build())).contains("<think>Six times seven.</think>42");
        assertThat(prompt(
                        engine(switched).build(),
                        request.parameters(parameters().sendThinking(false).build())
                                .build()))
                .doesNotContain("Six times seven.")
                .contains("42");
    }

    private static ChatRequest number(GlimpseChatRequestParameters.Builder parameters) {
        return question(parameters.responseFormat(ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("number")
                        .rootElement(JsonObjectSchema.builder()
                                .addIntegerProperty("n")
                                .required("n")
                                .build())
                        .build())
                .build()));
    }

    @Test
    void aDocumentOfAModelWithChannelsComesAfterItsThought() {
        ChatResponse response = answer(
                channels,
                "<|channel|>analysis<|message|>{\"n\": 1} is wrong.<|end|>"
                        + "<|start|>assistant<|channel|>final<|message|>{\"n\": 42}",
                number(parameters()));

        assertThat(response.aiMessage().thinking()).isEqualTo("{\"n\": 1} is wrong.");
        assertThat(response.aiMessage().text().replace(" ", "")).isEqualTo("{\"n\":42}");
    }

    @Test
    void aDocumentOfAModelWithChannelsHasNoThoughtWhereItsBudgetIsZero() {
        ChatResponse response = answer(
                channels,
                "<|channel|>final<|message|>{\"n\": 42}",
                number(parameters().thinkingBudget(0)));

        assertThat(response.aiMessage().thinking()).isNull();
        assertThat(response.aiMessage().text().replace(" ", "")).isEqualTo("{\"n\":42}");
    }
}
