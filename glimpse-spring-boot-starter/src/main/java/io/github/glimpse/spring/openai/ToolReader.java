package io.github.glimpse.spring.openai;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tools of a request as LangChain4j's. A schema's inner parts go on as they came; only its outermost object is taken apart. */
final class ToolReader {

    /** What says nothing of the values that are allowed. */
    private static final Set<String> REMARKS = Set.of("title", "$schema", "$id", "$comment", "default", "examples");

    private ToolReader() {}

    /** Adds tools and what is said of their calls. */
    static void read(JsonField request, GlimpseChatRequestParameters.Builder parameters) {
        JsonField tools = request.at("tools");
        List<ToolSpecification> specifications =
                tools.isSet() ? tools.list().stream().map(ToolReader::tool).toList() : List.of();
        JsonField choice = request.at("tool_choice");
        if (specifications.isEmpty()) {
            if (choice.isSet() && !(choice.isText() && Set.of("none", "auto").contains(choice.text()))) {
                throw choice.invalid("came without tools");
            }
            return;
        }
        parameters.toolSpecifications(chosen(specifications, choice));
        parameters.toolChoice(choice(choice));
        parameters.parallelToolCalls(request.at("parallel_tool_calls").flagOrNull());
    }

    private static @Nullable ToolChoice choice(JsonField choice) {
        if (!choice.isSet() || choice.isObject()) {
            return choice.isSet() ? ToolChoice.REQUIRED : null;
        }
        return switch (choice.text()) {
            case "none" -> ToolChoice.NONE;
            case "auto" -> ToolChoice.AUTO;
            case "required" -> ToolChoice.REQUIRED;
            default -> throw choice.invalid("has to be none, auto, required or the name of a function");
        };
    }

    /** A tool that is named is the only one that is offered, and has to be called. */
    private static List<ToolSpecification> chosen(List<ToolSpecification> tools, JsonField choice) {
        if (!choice.isObject()) {
            return tools;
        }
        if (!choice.at("type").text().equals("function")) {
            throw choice.unsupported("name a function");
        }
        JsonField name = choice.at("function").at("name");
        List<ToolSpecification> named =
                tools.stream().filter(tool -> tool.name().equals(name.text())).toList();
        if (named.isEmpty()) {
            throw name.invalid("is the name of none of the tools");
        }
        return named;
    }

    private static ToolSpecification tool(JsonField tool) {
        if (!tool.at("type").text().equals("function")) {
            throw tool.unsupported("tools are of type function");
        }
        JsonField function = tool.at("function");
        String name = function.at("name").text();
        if (name.isBlank()) {
            throw function.at("name").invalid("is blank");
        }
        ToolSpecification.Builder specification = ToolSpecification.builder()
                .name(name)
                .description(function.at("description").textOrNull())
                .strict(function.at("strict").flagOrNull());
        JsonField schema = function.at("parameters");
        if (schema.isSet()) {
            specification.parameters(parameters(schema));
        }
        return specification.build();
    }

    private static JsonObjectSchema parameters(JsonField schema) {
        JsonObjectSchema.Builder parameters = JsonObjectSchema.builder();
        for (Map.Entry<String, JsonField> entry : schema.entries()) {
            JsonField value = entry.getValue();
            if (!value.isSet()) {
                continue;
            }
            switch (entry.getKey()) {
                case "type" -> checkObject(value);
                case "description" -> parameters.description(value.text());
                case "properties" -> parameters.addProperties(elements(value));
                case "required" ->
                    parameters.required(
                            value.list().stream().map(JsonField::text).toList());
                case "additionalProperties" -> parameters.additionalProperties(additional(value));
                case "$defs" -> parameters.definitions(elements(value));
                default -> {
                    if (!REMARKS.contains(entry.getKey())) {
                        throw value.unsupported("parameters are an object with properties, required,"
                                + " additionalProperties (true or false) and $defs");
                    }
                }
            }
        }
        return parameters.build();
    }

    private static void checkObject(JsonField type) {
        if (!type.text().equals("object")) {
            throw type.invalid("has to be object");
        }
    }

    private static @Nullable Boolean additional(JsonField value) {
        if (value.isObject()) {
            throw value.unsupported("say true or false");
        }
        return value.flagOrNull();
    }

    private static Map<String, JsonSchemaElement> elements(JsonField schemas) {
        Map<String, JsonSchemaElement> elements = new LinkedHashMap<>();
        schemas.entries()
                .forEach(entry -> elements.put(
                        entry.getKey(),
                        JsonRawSchema.from(String.valueOf(entry.getValue().node()))));
        return elements;
    }
}
