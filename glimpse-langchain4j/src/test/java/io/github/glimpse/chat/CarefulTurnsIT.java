package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.TurnCare;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pictures of turns in which tools may be called: their budget, their profile, and how sure a call has to be. */
class CarefulTurnsIT {

    private static final int SIDE = 28; // pixels of an image token of the tiny Qwen2.5-VL, which has 96 of them at most
    private static final int ROOM = 200;
    private static final ToolSpecification CLICK = ToolSpecification.builder()
            .name("click")
            .parameters(JsonObjectSchema.builder()
                    .addEnumProperty("what", List.of("button", "link", "field"))
                    .required("what")
                    .build())
            .build();

    private static LoadedModel qwen;
    private static LoadedModel llava;

    @BeforeAll
    static void load() {
        qwen = TinyModels.qwen();
        llava = LoadedModel.load(
                TinyModels.options(TinyModels.LLAVA).maxImages(32).build());
    }

    @AfterAll
    static void close() {
        qwen.close();
        llava.close();
    }

    private static ImageContent screenshot(int number) {
        BufferedImage picture = new BufferedImage(10 * SIDE, 8 * SIDE, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < picture.getWidth(); x++) {
            for (int y = 0; y < picture.getHeight(); y++) {
                picture.setRGB(x, y, (x * (number + 3)) ^ ((y * 5) << 8) ^ (number * 999_983));
            }
        }
        try {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            ImageIO.write(picture, "png", file);
            return ImageContent.from(Base64.getEncoder().encodeToString(file.toByteArray()), "image/png");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A question, and calls whose results are screenshots. */
    private static List<ChatMessage> session(int screenshots) {
        List<ChatMessage> messages = new ArrayList<>(List.of(UserMessage.from("Buy the blue one")));
        for (int number = 0; number < screenshots; number++) {
            ToolExecutionRequest call = ToolExecutionRequest.builder()
                    .id("call" + number)
                    .name("click")
                    .arguments("{\"what\":\"" + number + "\"}")
                    .build();
            messages.add(AiMessage.from(call));
            messages.add(ToolExecutionResultMessage.builder()
                    .id(call.id())
                    .toolName(call.name())
                    .contents(List.of(TextContent.from("done"), screenshot(number)))
                    .build());
        }
        return messages;
    }

    private static ChatRequest request(List<ChatMessage> messages, GlimpseChatRequestParameters.Builder parameters) {
        boolean calls = parameters.build().toolChoice() == ToolChoice.REQUIRED;
        return ChatRequest.builder()
                .messages(messages)
                .parameters(parameters
                        .toolSpecifications(CLICK)
                        .maxOutputTokens(calls ? ROOM : 4)
                        .build())
                .build();
    }

    private static GlimpseChatRequestParameters.Builder parameters() {
        return GlimpseChatRequestParameters.builder();
    }

    private static GlimpseChatResponseMetadata metadata(ChatResponse response) {
        return (GlimpseChatResponseMetadata) response.metadata();
    }

    private static List<Integer> tokens(PruningReport report) {
        return report.images().stream()
                .map(image -> image.plan().grid().tokenCount())
                .toList();
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void twentyScreenshotsStayWithinTheBudgetAndTheNewestKeepsWhatItWouldKeepAlone() {
        try (LoadedModel engine = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                .maxImages(20)
                .maxInputTokens(3000)
                .build())) {
            ChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .tools(new ToolOptions(ToolsMode.AUTO, true, false, 64).with(new TurnCare(500, null)))
                    .build();
            GlimpseChatRequestParameters.Builder diverse =
                    parameters().pruningStrategy("div-prune").pruningRetentionRatio(0.4);
            List<ChatMessage> alone = new ArrayList<>(session(20));
            alone.subList(1, alone.size() - 2).clear();

            PruningReport newest = metadata(model.chat(request(alone, diverse))).pruning();
            ChatResponse response = model.chat(request(session(20), diverse));
            PruningReport all = metadata(response).pruning();

            assertThat(tokens(newest)).containsExactly(80);
            assertThat(newest.keptTokens()).isEqualTo(32);
            List<Integer> tokens = tokens(all);
            // Shares are of 420 tokens; a picture that keeps its shape has somewhat fewer than its share.
            assertThat(tokens).containsExactly(12, 20, 20, 20, 24, 30, 42, 48, 80, 80, 80);
            assertThat(tokens.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(500);
            assertThat(all.images().get(all.images().size() - 1).kept())
                    .isEqualTo(newest.images().get(0).kept());
            assertThat(metadata(response).history().leftOutPictures()).isEqualTo(9);
            assertThatThrownBy(() -> model.chat(request(session(20), diverse.imageBudget(1600))))
                    .hasMessageContaining("image tokens included; the limit is 3000");
        }
    }

    @Test
    void ofPicturesThatCannotBeMadeSmallerAsManyAreShownAsThereIsRoomFor() {
        ChatModel model = GlimpseChatModel.builder().model(llava).build();
        int each = tokens(
                        metadata(model.chat(request(session(1), parameters()))).pruning())
                .get(0);

        ChatResponse response = model.chat(request(session(5), parameters().imageBudget(3 * each + 1)));

        assertThat(tokens(metadata(response).pruning())).containsExactly(each, each, each);
        assertThat(metadata(response).history().leftOutPictures()).isEqualTo(2);
    }

    @Test
    void theBudgetIsForTurnsWithToolsAlone() {
        ChatModel model = GlimpseChatModel.builder()
                .model(qwen)
                .tools(ToolOptions.DEFAULT.with(new TurnCare(81, null)))
                .build();
        List<ChatMessage> messages =
                List.of(UserMessage.from(screenshot(0)), AiMessage.from("a page"), UserMessage.from(screenshot(1)));
        ChatRequest plain =
                ChatRequest.builder().messages(messages).maxOutputTokens(1).build();

        assertThat(tokens(metadata(model.chat(plain)).pruning())).containsExactly(80, 80);
        assertThat(tokens(metadata(model.chat(request(messages, parameters()))).pruning()))
                .containsExactly(80);
    }

    @Test
    void theProfileIsForTurnsThatMayCallAndForRequestsThatSayNothingOfPruning() {
        ChatModel model = GlimpseChatModel.builder()
                .model(qwen)
                .defaultRequestParameters(
                        GlimpseChatRequestParameters.builder().profile("bold").build())
                .tools(ToolOptions.DEFAULT.withProfile("off"))
                .build();
        List<ChatMessage> messages = List.of(UserMessage.from(TextContent.from("What is it?"), screenshot(0)));
        ChatRequest plain =
                ChatRequest.builder().messages(messages).maxOutputTokens(1).build();

        assertThat(metadata(model.chat(plain)).pruning().retention()).isLessThan(0.2);
        assertThat(metadata(model.chat(request(messages, parameters())))
                        .pruning()
                        .retention())
                .isEqualTo(1);
        assertThat(metadata(model.chat(request(messages, parameters().toolChoice(ToolChoice.NONE))))
                        .pruning()
                        .retention())
                .isLessThan(0.2);
        assertThat(metadata(model.chat(request(messages, parameters().maxRetentionRatio(0.5))))
                        .pruning()
                        .retention())
                .isLessThanOrEqualTo(0.5);
        assertThatThrownBy(() -> GlimpseChatModel.builder()
                        .model(qwen)
                        .tools(ToolOptions.DEFAULT.withProfile("carefull"))
                        .build())
                .hasMessageContaining("carefull");
    }

    @Test
    void aCallThatIsNotSureEnoughIsThatOfTheWiderCut() {
        ChatModel model = GlimpseChatModel.builder()
                .model(qwen)
                .tools(new ToolOptions(ToolsMode.AUTO, true, false, 8))
                .build();
        List<ChatMessage> messages = List.of(UserMessage.from(TextContent.from("What is it?"), screenshot(0)));
        GlimpseChatRequestParameters.Builder bold =
                parameters().toolChoice(ToolChoice.REQUIRED).profile("bold");
        double confidence = Objects.requireNonNull(
                metadata(model.chat(request(messages, bold))).confidence());

        GlimpseChatResponseMetadata sure = metadata(model.chat(request(messages, bold.leastConfidence(confidence))));
        ChatResponse unsure = model.chat(request(messages, bold.leastConfidence(Math.nextUp(confidence))));
        ChatResponse careful =
                model.chat(request(messages, bold.leastConfidence(null).profile("careful")));

        assertThat(sure.tools().askedAgain()).isZero();
        assertThat(metadata(unsure).tools().askedAgain()).isEqualTo(1);
        assertThat(arguments(unsure)).isEqualTo(arguments(careful));
        assertThat(metadata(unsure).pruning().keptTokens())
                .isEqualTo(metadata(careful).pruning().keptTokens());
        assertThat(metadata(unsure).likelihood()).isEqualTo(metadata(careful).likelihood());
        assertThat(metadata(unsure).calls().get(0).retention())
                .isEqualTo(metadata(careful).pruning().retention());
    }

    private static List<String> arguments(ChatResponse response) {
        return response.aiMessage().toolExecutionRequests().stream()
                .map(ToolExecutionRequest::arguments)
                .toList();
    }

    @Test
    void aStreamHearsOfTheCallThatIsHandedOutAndOfNoOther() {
        GlimpseStreamingChatModel model =
                GlimpseStreamingChatModel.builder().model(qwen).build();
        List<ChatMessage> messages = List.of(UserMessage.from(TextContent.from("What is it?"), screenshot(0)));
        List<CompleteToolCall> calls = new CopyOnWriteArrayList<>();
        List<String> pieces = new CopyOnWriteArrayList<>();
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialToolCall(PartialToolCall piece, PartialToolCallContext context) {
                pieces.add(piece.partialArguments());
            }

            @Override
            public void onCompleteToolCall(CompleteToolCall call) {
                calls.add(call);
            }
        };

        model.chat(
                request(
                        messages,
                        parameters()
                                .toolChoice(ToolChoice.REQUIRED)
                                .profile("bold")
                                .leastConfidence(1.0)),
                handler);
        ChatResponse response = handler.response();

        assertThat(metadata(response).tools().askedAgain()).isPositive();
        assertThat(metadata(response).confidence()).isEqualTo(1);
        assertThat(calls.stream().map(CompleteToolCall::toolExecutionRequest))
                .isEqualTo(response.aiMessage().toolExecutionRequests());
        assertThat(pieces.stream().collect(Collectors.joining())).isEqualTo(String.join("", arguments(response)));
    }

    @Test
    void textIsHandedOutHoweverSureItIs() {
        ChatModel model = GlimpseChatModel.builder().model(qwen).build();
        List<ChatMessage> messages = List.of(UserMessage.from(TextContent.from("What is it?"), screenshot(0)));

        ChatResponse response = model.chat(request(
                messages,
                parameters().toolChoice(ToolChoice.NONE).profile("bold").leastConfidence(1.0)));

        assertThat(metadata(response).tools().askedAgain()).isZero();
        assertThat(metadata(response).pruning().retention()).isLessThan(0.2);
    }

    @Test
    void numbersOutOfTheirRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parameters().imageBudget(0))
                .withMessageContaining("image-budget is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parameters().leastConfidence(1.5))
                .withMessageContaining("least-confidence is 1.5");
    }
}
