package io.github.glimpse.examples.tiny.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.chat.ZoomTool;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks a model the questions of the suite as an application does, by its {@code ChatModel}. Safe for concurrent use. */
final class OutsideChat {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ZoomTool ZOOM = new ZoomTool();

    private final GlimpseChatModel chat;

    OutsideChat(LoadedModel model) {
        chat = GlimpseChatModel.builder().model(model).build();
    }

    /**
     * What came back.
     *
     * @param right whether it is what it should be: the answer, all fields, or whether the tool was called
     * @param refused whether it is a refusal
     * @param metadata of the first answer
     * @param later whether the answer behind a call is right; null where none was due
     */
    record Reply(
            boolean right,
            boolean refused,
            GlimpseChatResponseMetadata metadata,
            @Nullable Boolean later) {}

    /** Asks a question, with all image tokens or pruned as told. */
    Reply ask(OutsideQuestion asked, GlimpseChatRequestParameters.Builder parameters) {
        List<ChatMessage> messages =
                new ArrayList<>(asked.turns().stream().map(OutsideChat::message).toList());
        if (asked.fields() != null) {
            parameters.responseFormat(format("document", fields(asked.fields())));
        }
        if (!asked.options().isEmpty()) {
            parameters.choice(asked.options());
        }
        if (asked.cited()) {
            parameters.responseFormat(format("answer", CitedAnswer.SCHEMA));
        }
        if (asked.zoom() != null) {
            parameters.toolSpecifications(ZOOM.specification(messages));
        }
        GlimpseChatRequestParameters fixed = parameters.build();
        ChatResponse response = chat.chat(
                ChatRequest.builder().messages(messages).parameters(fixed).build());
        AiMessage said = response.aiMessage();
        GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
        if (asked.zoom() == null) {
            return new Reply(right(said, asked), Refusals.isOne(said.text()), metadata, null);
        }
        boolean called = said.hasToolExecutionRequests();
        Boolean later = asked.zoom() ? called && right(afterCalls(messages, said, fixed), asked) : null;
        return new Reply(called == asked.zoom(), Refusals.isOne(said.text()), metadata, later);
    }

    /** The answer that follows what the tool shows. */
    private AiMessage afterCalls(List<ChatMessage> messages, AiMessage said, GlimpseChatRequestParameters parameters) {
        List<ChatMessage> all = new ArrayList<>(messages);
        all.add(said);
        for (ToolExecutionRequest call : said.toolExecutionRequests()) {
            all.add(ZOOM.execute(call, messages));
        }
        return chat.chat(ChatRequest.builder()
                        .messages(all)
                        .parameters(parameters)
                        .build())
                .aiMessage();
    }

    private static ChatMessage message(OutsideQuestion.Turn turn) {
        return switch (turn.role()) {
            case SYSTEM -> SystemMessage.from(turn.text());
            case ASSISTANT -> AiMessage.from(turn.text());
            case USER -> {
                List<Content> contents = new ArrayList<>();
                turn.pictures().forEach(picture -> contents.add(image(picture)));
                contents.add(TextContent.from(turn.text()));
                yield UserMessage.from(contents);
            }
        };
    }

    private static ImageContent image(Path picture) {
        try {
            return ImageContent.from(Base64.getEncoder().encodeToString(Files.readAllBytes(picture)), "image/png");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ResponseFormat format(String name, JsonSchemaElement root) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder().name(name).rootElement(root).build())
                .build();
    }

    /** Each field is a text or nothing. */
    private static JsonObjectSchema fields(JsonNode fields) {
        JsonObjectSchema.Builder schema = JsonObjectSchema.builder();
        List<String> names = new ArrayList<>();
        fields.fieldNames().forEachRemaining(names::add);
        names.forEach(name -> schema.addProperty(
                name,
                JsonAnyOfSchema.builder()
                        .anyOf(new JsonStringSchema(), new JsonNullSchema())
                        .build()));
        return schema.required(names).build();
    }

    /** What was said, or a missing node if it is no JSON. */
    static JsonNode json(@Nullable String said) {
        try {
            return JSON.readTree(said == null ? "" : said);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private static boolean right(AiMessage said, OutsideQuestion asked) {
        if (asked.fields() != null) {
            return asked.fields().equals(json(said.text()));
        }
        if (asked.cited()) {
            return new CitedAnswer(json(said.text())).isRight(asked.answer());
        }
        if (asked.unreadable()) {
            return Refusals.isUnreadable(said.text());
        }
        return asked.answer().isEmpty()
                ? Refusals.isOne(said.text())
                : asked.answer().equals(said.text());
    }
}
