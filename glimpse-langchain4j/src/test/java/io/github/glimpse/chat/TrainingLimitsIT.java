package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.agent.tool.ToolSpecifications;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.output.JsonSchemas;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ToolOffer.Withheld;
import io.github.glimpse.generate.ToolReport;
import io.github.glimpse.hub.ModelSource;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Typed answers and tools of the embedded model, whose folder declares what it was trained for. */
class TrainingLimitsIT {

    private static final String TOTAL = "What is the total?";
    private static final String READ = "Read the document.";

    private static ModelSource folder;
    private static ModelSource module;
    private static LoadedModel engine;
    private static GlimpseChatModel model;
    private static ImageContent receipt;

    @BeforeAll
    static void load() throws IOException {
        folder = ModelSource.embedded();
        module = ModelSource.embeddedModule();
        engine = LoadedModel.load(EngineOptions.builder(folder.directory())
                .module(module.directory())
                .build());
        model = GlimpseChatModel.builder().model(engine).build();
        byte[] file = Files.readAllBytes(Path.of("../examples/quickstart/src/main/resources/receipt.png"));
        receipt = ImageContent.from(Base64.getEncoder().encodeToString(file), "image/png");
    }

    @AfterAll
    static void close() {
        engine.close();
        module.close();
        folder.close();
    }

    record Loose(String order, double total) {}

    record Strict(
            @JsonProperty(required = true) String order,
            @JsonProperty(required = true) BigDecimal total) {}

    record Nested(
            @JsonProperty(required = true) List<String> lines,
            @JsonProperty(required = true) String order,
            @JsonProperty(required = true) boolean paid) {}

    interface Reader {

        String text(@UserMessage String question, @UserMessage ImageContent image);

        double number(@UserMessage String question, @UserMessage ImageContent image);

        @SystemMessage("You are a helpful assistant.")
        double helped(@UserMessage String question, @UserMessage ImageContent image);

        boolean flag(@UserMessage String question, @UserMessage ImageContent image);

        Loose loose(@UserMessage String question, @UserMessage ImageContent image);

        Strict strict(@UserMessage String question, @UserMessage ImageContent image);

        Result<Double> result(@UserMessage String question, @UserMessage ImageContent image);
    }

    /** Tools that have nothing to do with an image. */
    public static final class Desk {

        private final List<String> calls = new ArrayList<>();

        @Tool("Adds two numbers")
        public double add(double first, double second) {
            calls.add("add");
            return first + second;
        }

        @Tool("Tells the weather of a city")
        public String weather(String city) {
            calls.add("weather");
            return "sunny";
        }
    }

    @Test
    void aTypedAnswerIsThatOfTheText() {
        Reader reader = AiServices.create(Reader.class, model);

        String text = reader.text(TOTAL, receipt);

        assertThat(text).isEqualTo("87.00");
        assertThat(reader.number(TOTAL, receipt)).isEqualTo(87.0);
        assertThat(reader.helped(TOTAL, receipt)).isEqualTo(87.0);
        assertThat(reader.flag("Is there a red circle?", receipt)).isFalse();
        assertThat(reader.loose(READ, receipt)).isEqualTo(new Loose("Z79", 87.0));
        assertThat(reader.strict(READ, receipt)).isEqualTo(new Strict("Z79", new BigDecimal("87.00")));
    }

    @Test
    void typedMethodsWithToolsCallNone() {
        Desk desk = new Desk();
        Reader reader =
                AiServices.builder(Reader.class).chatModel(model).tools(desk).build();

        Result<Double> result = reader.result(TOTAL, receipt);

        assertThat(result.content()).isEqualTo(87.0);
        assertThat(reader.text(TOTAL, receipt)).isEqualTo("87.00");
        assertThat(reader.loose(READ, receipt)).isEqualTo(new Loose("Z79", 87.0));
        assertThat(desk.calls).isEmpty();
        ToolReport tools = ((GlimpseChatResponseMetadata) result.finalResponse().metadata()).tools();
        assertThat(tools.withheld()).isEqualTo(Withheld.UNTRAINED);
        assertThat(tools.untrained()).containsExactlyInAnyOrder("add", "weather");
        assertThat(tools.given()).isEqualTo(2);
        assertThat(tools.offered()).isZero();
    }

    @Test
    void onlyTheToolThatItWasTrainedForIsOffered() {
        List<ToolSpecification> tools = new ArrayList<>(ToolSpecifications.toolSpecificationsFrom(Desk.class));
        tools.add(new ZoomTool().specification(List.of()));

        ToolReport report =
                metadata(chat(TOTAL, parameters().toolSpecifications(tools))).tools();

        assertThat(report.withheld()).isNull();
        assertThat(report.given()).isEqualTo(3);
        assertThat(report.offered()).isOne();
        assertThat(report.untrained()).containsExactlyInAnyOrder("add", "weather");
    }

    @Test
    void aToolIsOfferedWhereTheRequestDemandsACall() {
        ChatResponse response = chat(
                TOTAL,
                parameters()
                        .toolSpecifications(ToolSpecifications.toolSpecificationsFrom(Desk.class))
                        .toolChoice(ToolChoice.REQUIRED)
                        .parallelToolCalls(false)
                        .maxOutputTokens(120));

        assertThat(response.aiMessage().toolExecutionRequests()).isNotEmpty();
        assertThat(metadata(response).tools().offered()).isEqualTo(2);
        assertThat(metadata(response).tools().untrained()).isEmpty();
    }

    @Test
    void aModeThatNamesAFormOffersEveryTool() {
        GlimpseChatModel merged = GlimpseChatModel.builder()
                .model(engine)
                .tools(ToolOptions.of(ToolsMode.MERGED))
                .build();

        ChatResponse response = merged.chat(ChatRequest.builder()
                .messages(message(TOTAL))
                .toolSpecifications(ToolSpecifications.toolSpecificationsFrom(Desk.class))
                .build());

        assertThat(metadata(response).tools().offered()).isEqualTo(2);
    }

    @Test
    void aStreamedDocumentIsTheOneOfTheAnswer() {
        GlimpseStreamingChatModel streaming =
                GlimpseStreamingChatModel.builder().model(engine).build();
        ChatRequest request = ChatRequest.builder()
                .messages(message(READ))
                .responseFormat(format(Strict.class))
                .build();
        StringBuilder pieces = new StringBuilder();
        CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        streaming.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                end.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                end.completeExceptionally(error);
            }
        });
        ChatResponse streamed = end.join();

        assertThat(streamed.aiMessage().text()).isEqualTo("{\"order\":\"Z79\",\"total\":87.00}");
        assertThat(pieces).hasToString(streamed.aiMessage().text());
        assertThat(model.chat(request).aiMessage().text())
                .isEqualTo(streamed.aiMessage().text());
        assertThat(metadata(streamed).fieldLikelihoods().keySet()).containsExactly("/order", "/total");
    }

    @Test
    void theLikelihoodOfAWrappedValueIsThatOfItsTokens() {
        GlimpseChatResponseMetadata metadata = metadata(chat(TOTAL, parameters().responseFormat(format(double.class))));

        assertThat(metadata.fieldLikelihoods().keySet()).containsExactly("/value");
        assertThat(metadata.fieldLikelihoods().get("/value")).isGreaterThan(0.9).isLessThanOrEqualTo(1);
    }

    @Test
    void fieldsThatItWasNotTrainedForAreNamed() {
        assertThat(model.untrainedFields(schema(Nested.class)))
                .containsExactlyInAnyOrder("'lines' (array)", "'paid' (boolean)");
        assertThat(model.untrainedFields(schema(Strict.class))).isEmpty();
        assertThat(model.untrainedFields(schema(double.class))).isEmpty();
    }

    private static dev.langchain4j.model.chat.request.json.JsonSchema schema(Class<?> type) {
        return type.isPrimitive()
                ? new dev.langchain4j.service.output.ServiceOutputParser()
                        .jsonSchema(type)
                        .orElseThrow()
                : JsonSchemas.jsonSchemaFrom(type).orElseThrow();
    }

    private static ResponseFormat format(Class<?> type) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(schema(type))
                .build();
    }

    private static GlimpseChatRequestParameters.Builder parameters() {
        return GlimpseChatRequestParameters.builder();
    }

    private static dev.langchain4j.data.message.UserMessage message(String question) {
        return dev.langchain4j.data.message.UserMessage.from(TextContent.from(question), receipt);
    }

    private static ChatResponse chat(String question, GlimpseChatRequestParameters.Builder parameters) {
        return model.chat(ChatRequest.builder()
                .messages(message(question))
                .parameters(parameters.build())
                .build());
    }

    private static GlimpseChatResponseMetadata metadata(ChatResponse response) {
        return (GlimpseChatResponseMetadata) response.metadata();
    }
}
