package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scripted answers of a tiny model with each released chat template that writes tool calls ({@code -Dglimpse.templates}), in
 * the form in which the template writes them.
 */
class ReleasedFormatsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BASIS = "what the template ";

    @TempDir
    Path folder;

    private static List<ToolSpecification> tools() {
        return List.of(
                ToolSpecification.builder()
                        .name("get_weather")
                        .description("Weather of a city")
                        .parameters(JsonObjectSchema.builder()
                                .addStringProperty("city")
                                .addIntegerProperty("days")
                                .required("city")
                                .build())
                        .build(),
                ToolSpecification.builder()
                        .name("ping")
                        .description("Is it alive?")
                        .build());
    }

    @Test
    void readsTheCallsThatEachTemplateWrites() throws IOException {
        requireCalls(ToolChoice.AUTO, "one|parallel|no arguments|thought and call");
    }

    @Test
    void masksARequiredCallInTheFormatThatTheTemplateWrites() throws IOException {
        // A mask allows a thought only where its opening tag is one token, which this vocabulary lacks.
        requireCalls(ToolChoice.REQUIRED, "one|parallel|no arguments");
    }

    private void requireCalls(ToolChoice choice, String kinds) throws IOException {
        String named = System.getProperty("glimpse.templates", System.getenv("GLIMPSE_TEMPLATES"));
        assumeFalse(named == null || named.isBlank(), "no -Dglimpse.templates");
        Set<String> formats = new TreeSet<>();
        List<String> failures = new ArrayList<>();
        for (String templates : String.valueOf(named).split(",", -1)) {
            Path released = Path.of(templates.strip());
            for (JsonNode each :
                    JSON.readTree(released.resolve("parsing.json").toFile()).path("cases")) {
                String basis = each.path("basis").asText();
                String name = each.path("name").asText();
                if (basis.startsWith(BASIS) && name.matches(".*: (" + kinds + ")")) {
                    Path template =
                            released.resolve(basis.substring(BASIS.length()).split(" ", 2)[0]);
                    if (!readsTools(template)) {
                        // Such a model is told of tools in a form of this library
                        continue;
                    }
                    formats.add(each.path("format").asText());
                    String failure = failure(template, each, choice);
                    if (!failure.isEmpty()) {
                        failures.add(name + ": " + failure);
                    }
                }
            }
        }
        assertThat(failures).as("formats %s", formats).isEmpty();
        assertThat(formats).hasSizeGreaterThan(12);
    }

    private static boolean readsTools(Path template) throws IOException {
        JsonNode meta = JSON.readTree(template.resolve("meta.json").toFile());
        return meta.at("/features/tools").asText().equals("read");
    }

    private String failure(Path template, JsonNode each, ToolChoice choice) throws IOException {
        Path model = Files.createTempDirectory(folder, "model");
        try (Stream<Path> files = Files.list(TinyModels.QWEN.resolve("model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.copy(template.resolve("chat_template.jinja"), model.resolve("chat_template.jinja"));
        // The state of the thought is that of the prompt that the template writes by default
        boolean opened = each.path("thinking_open").asBoolean();
        String answer = each.path("model_output").asText();
        try (LoadedModel engine = ScriptedModel.load(
                EngineOptions.builder(model).build(),
                prompt -> !opened && prompt.strip().endsWith("<think>") ? "</think>" + answer : answer)) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(engine)
                    .tools(ToolOptions.DEFAULT)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from("Go."))
                            .toolSpecifications(tools())
                            .toolChoice(choice)
                            .build());
            List<ToolExecutionRequest> calls = response.aiMessage().toolExecutionRequests();
            JsonNode expected = each.at("/expected/tool_calls");
            List<String> read = new ArrayList<>();
            for (ToolExecutionRequest call : calls) {
                read.add(call.name() + JSON.readTree(call.arguments()));
            }
            List<String> wanted = new ArrayList<>();
            expected.forEach(call -> wanted.add(call.path("name").asText() + call.path("arguments")));
            return read.equals(wanted)
                    ? ""
                    : read + " are not " + wanted + ", text "
                            + response.aiMessage().text();
        } catch (RuntimeException refused) {
            return refused.toString();
        }
    }
}
