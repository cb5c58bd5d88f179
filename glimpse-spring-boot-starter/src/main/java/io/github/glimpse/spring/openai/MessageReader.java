package io.github.glimpse.spring.openai;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** The messages of a request as LangChain4j's. Belongs to one request: results of tools need the names of the calls before. */
final class MessageReader {

    private static final String BASE64 = ";base64";
    private static final List<String> THINKING = List.of("reasoning_content", "reasoning", "thinking");

    private static final String PIXELS = "send an image of the size that the model is to read";

    private final Map<String, String> toolNames = new HashMap<>();

    List<ChatMessage> read(JsonField messages) {
        List<ChatMessage> read = new ArrayList<>();
        for (JsonField message : messages.list()) {
            String role = message.at("role").text();
            switch (role) {
                case "system", "developer" -> {
                    String text = texts(message.at("content"));
                    // One without words says nothing.
                    if (!text.isBlank()) {
                        read.add(SystemMessage.from(text));
                    }
                }
                case "user" -> read.add(UserMessage.from(contents(message.at("content"))));
                case "assistant" -> read.add(assistant(message));
                case "tool" -> read.add(result(message));
                case "function" -> throw message.unsupported("send role tool");
                default -> throw message.at("role").invalid("has to be system, developer, user, assistant or tool");
            }
        }
        if (read.isEmpty()) {
            throw messages.invalid("has no message with words or pictures");
        }
        return read;
    }

    private static String texts(JsonField content) {
        return content.isText()
                ? content.text()
                : content.list().stream().map(MessageReader::textPart).collect(Collectors.joining());
    }

    private static String textPart(JsonField part) {
        String type = part.at("type").text();
        return switch (type) {
            case "text" -> part.at("text").text();
            case "refusal" -> part.at("refusal").text();
            default -> throw part.unsupported("send parts of type text here");
        };
    }

    private static List<Content> contents(JsonField content) {
        if (content.isText()) {
            return List.of(TextContent.from(content.text()));
        }
        List<Content> contents = new ArrayList<>();
        for (JsonField part : content.list()) {
            contents.add(
                    switch (part.at("type").text()) {
                        case "text" -> TextContent.from(part.at("text").text());
                        case "image_url" -> image(part);
                        default -> throw part.unsupported("send parts of type text and image_url");
                    });
        }
        if (contents.isEmpty()) {
            throw content.invalid("has no part");
        }
        return contents;
    }

    private static ImageContent image(JsonField part) {
        JsonField image = part.at("image_url");
        for (JsonField field : List.of(part, image)) {
            refuse(field.at("min_pixels"), PIXELS);
            refuse(field.at("max_pixels"), PIXELS);
        }
        return picture(image);
    }

    /** A picture by its data or its address; {@code detail} is no wish for another size. */
    static ImageContent picture(JsonField picture) {
        JsonField url = picture.isText() ? picture : picture.at("url");
        String text = url.text();
        return text.regionMatches(true, 0, "data:", 0, "data:".length()) ? data(url, text) : remote(url, text);
    }

    private static ImageContent data(JsonField url, String text) {
        int comma = text.indexOf(',');
        String head = comma < 0
                ? ""
                : unescaped(url, text.substring("data:".length(), comma)).toLowerCase(Locale.ROOT);
        if (!head.endsWith(BASE64)) {
            throw url.invalid("is no data URL in base64; write data:image/png;base64,…");
        }
        String type = head.substring(0, head.indexOf(';'));
        return ImageContent.from(Image.builder()
                .base64Data(unescaped(url, text.substring(comma + 1)))
                .mimeType(type.isEmpty() ? null : type)
                .build());
    }

    /** Decodes percent escapes; a plus sign stays one. */
    private static String unescaped(JsonField url, String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return StringUtils.uriDecode(text, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw url.invalid("has a percent sign without two hexadecimal digits after it; write %2B for a plus sign");
        }
    }

    private static ImageContent remote(JsonField url, String text) {
        try {
            URI uri = new URI(text);
            if (uri.getScheme() != null
                    && uri.getScheme().toLowerCase(Locale.ROOT).matches("https?")) {
                return ImageContent.from(uri);
            }
        } catch (URISyntaxException e) {
            // Refused as any other text.
        }
        throw url.invalid("has to be a data URL in base64, or an http or https URL");
    }

    private AiMessage assistant(JsonField message) {
        refuse(message.at("function_call"), "send tool_calls");
        refuse(message.at("audio"), "this server has no audio");
        JsonField content = message.at("content").isSet() ? message.at("content") : message.at("refusal");
        JsonField calls = message.at("tool_calls");
        List<ToolExecutionRequest> requests =
                calls.isSet() ? calls.list().stream().map(this::call).toList() : List.of();
        String thinking = thinking(message);
        if (!content.isSet() && requests.isEmpty() && thinking == null) {
            throw message.invalid("has neither content nor tool_calls");
        }
        return AiMessage.builder()
                .text(content.isSet() ? texts(content) : null)
                .thinking(thinking)
                .toolExecutionRequests(requests)
                .build();
    }

    /** The thought of an earlier answer, under the names that clients use. */
    private static @Nullable String thinking(JsonField message) {
        for (String name : THINKING) {
            String thinking = message.at(name).textOrNull();
            if (thinking != null) {
                return thinking;
            }
        }
        return null;
    }

    private ToolExecutionRequest call(JsonField call) {
        JsonField type = call.at("type");
        if (type.isSet() && !type.text().equals("function")) {
            throw call.unsupported("calls are of type function");
        }
        JsonField function = call.at("function");
        String id = call.at("id").text();
        String name = function.at("name").text();
        String arguments = function.at("arguments").textOrNull();
        toolNames.put(id, name);
        return ToolExecutionRequest.builder()
                .id(id)
                .name(name)
                .arguments(arguments == null || arguments.isBlank() ? "{}" : arguments)
                .build();
    }

    private ToolExecutionResultMessage result(JsonField message) {
        JsonField id = message.at("tool_call_id");
        String name = toolNames.get(id.text());
        if (name == null) {
            throw id.invalid("is that of no call in the messages before");
        }
        return ToolExecutionResultMessage.builder()
                .id(id.text())
                .toolName(name)
                .contents(
                        message.at("content").isSet() ? contents(message.at("content")) : List.of(TextContent.from("")))
                .build();
    }

    private static void refuse(JsonField field, String reason) {
        if (field.isSet()) {
            throw field.unsupported(reason);
        }
    }
}
