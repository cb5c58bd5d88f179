package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.testing.BlipFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BLIP behind the same chat models: captions, answers, and clear words for what it cannot take. */
class BlipChatModelIT {

    private static final Path CAPTIONS = Path.of("src/test/resources/fixtures/blip-tiny-caption");
    private static final ImageContent PICTURE = TinyModels.image(CAPTIONS, "001/a.png");
    private static final GlimpseChatRequestParameters FEW =
            GlimpseChatRequestParameters.builder().maxOutputTokens(12).build();

    @TempDir
    private static Path folder;

    private static LoadedModel captions;
    private static LoadedModel answers;

    @BeforeAll
    static void load() {
        captions = engine(CAPTIONS.resolve("model"));
        answers = engine(BlipFolder.answers().write(folder.resolve("answers"), CAPTIONS.resolve("model")));
    }

    private static LoadedModel engine(Path model) {
        return LoadedModel.load(EngineOptions.builder(model)
                .name("tiny")
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
    }

    @AfterAll
    static void close() {
        captions.close();
        answers.close();
    }

    private static ChatModel model(LoadedModel engine) {
        return GlimpseChatModel.builder().model(engine).build();
    }

    private static ChatResponse ask(
            LoadedModel engine, GlimpseChatRequestParameters parameters, ChatMessage... messages) {
        return model(engine)
                .chat(ChatRequest.builder()
                        .messages(List.of(messages))
                        .parameters(parameters)
                        .build());
    }

    @Test
    void aPictureWithoutAQuestionIsACaption() {
        ChatResponse response = ask(captions, FEW, UserMessage.from(PICTURE));

        // The reference's caption of this case.
        assertThat(response.aiMessage().text()).isEqualTo(BlipReference.caption(CAPTIONS, "001"));
        assertThat(response.metadata().finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.metadata().tokenUsage()).isEqualTo(new GlimpseTokenUsage(1 + 64, 12, 64, 0));
    }

    @Test
    void aTextBeginsTheCaption() {
        ChatResponse response = ask(captions, FEW, UserMessage.from(PICTURE, TextContent.from("A picture of")));

        assertThat(response.aiMessage().text()).startsWith("a picture of ");
        assertThat(response.metadata().tokenUsage().inputTokenCount()).isEqualTo(4 + 64);
    }

    @Test
    void aQuestionIsAnsweredAndAskedAgainAnsweredAlike() {
        UserMessage question = UserMessage.from(PICTURE, TextContent.from("What colour is the car?"));
        long hits = answers.visionCacheUse().hits();

        ChatResponse first = ask(answers, FEW, question);
        ChatResponse second = ask(answers, FEW, question);

        assertThat(first.aiMessage().text())
                .isNotBlank()
                .isEqualTo(second.aiMessage().text());
        assertThat(answers.visionCacheUse().hits()).isGreaterThan(hits);
    }

    @Test
    void twentyTokensAreWrittenWhereNobodySaysMore() {
        ChatResponse response =
                ask(captions, GlimpseChatRequestParameters.builder().build(), UserMessage.from(PICTURE));

        assertThat(response.metadata().tokenUsage().outputTokenCount()).isLessThanOrEqualTo(20);
    }

    @Test
    void severalBeamsAreWrittenAndTheBestIsTaken() {
        GlimpseChatRequestParameters beams = GlimpseChatRequestParameters.builder()
                .beams(3)
                .maxOutputTokens(19)
                .minOutputTokens(4)
                .build();

        assertThat(ask(captions, beams, UserMessage.from(PICTURE)).aiMessage().text())
                .isEqualTo(BlipReference.beams(CAPTIONS, "001"));
    }

    @Test
    void beamsAndSamplingDoNotGoTogether() {
        GlimpseChatRequestParameters both =
                GlimpseChatRequestParameters.builder().beams(3).temperature(0.7).build();

        assertThatThrownBy(() -> ask(captions, both, UserMessage.from(PICTURE)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("beams 3")
                .hasMessageContaining("temperature");
    }

    @Test
    void pruningInTowerAndCrossAttentionIsReported() {
        GlimpseChatRequestParameters pruned = GlimpseChatRequestParameters.builder()
                .maxOutputTokens(3)
                .pruningSchedule(List.of(
                        PruningStep.builder("cls-attention")
                                .at("tower 2")
                                .retentionRatio(0.5)
                                .build(),
                        PruningStep.builder("cross-attention")
                                .at("layer 1")
                                .retentionRatio(0.25)
                                .options(Map.of("rows", "all"))
                                .build()))
                .build();

        ChatResponse response =
                ask(answers, pruned, UserMessage.from(PICTURE, TextContent.from("What colour is the car?")));

        assertThat(response.metadata()).isInstanceOfSatisfying(GlimpseChatResponseMetadata.class, metadata -> {
            assertThat(metadata.pruning().strategy()).isEqualTo("cls-attention, cross-attention");
            assertThat(metadata.pruning().at()).hasToString("layer 1");
            assertThat(metadata.pruning().keptTokens()).isEqualTo(16);
            assertThat(metadata.pruning().imageTokens()).isEqualTo(64);
        });
    }

    @Test
    void everythingKeptGivesTheAnswerOfThePlainModel() {
        GlimpseChatRequestParameters all = GlimpseChatRequestParameters.builder()
                .maxOutputTokens(12)
                .pruningSchedule(List.of(
                        PruningStep.builder("cls-attention")
                                .at("tower 1")
                                .retentionRatio(1.0)
                                .build(),
                        PruningStep.builder("cross-attention")
                                .at("layer 1")
                                .retentionRatio(1.0)
                                .build()))
                .build();
        UserMessage picture = UserMessage.from(PICTURE);

        assertThat(ask(captions, all, picture).aiMessage().text())
                .isEqualTo(ask(captions, FEW, picture).aiMessage().text());
    }

    @Test
    void placesThatSaveNothingAreRefused() {
        for (String at : List.of("pixels", "layer last", "tower 9")) {
            GlimpseChatRequestParameters wrong = GlimpseChatRequestParameters.builder()
                    .pruningSchedule(List.of(PruningStep.builder("cls-attention")
                            .at(at)
                            .retentionRatio(0.5)
                            .build()))
                    .build();

            assertThatThrownBy(() -> ask(captions, wrong, UserMessage.from(PICTURE)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(at.equals("tower 9") ? "tower 9" : at);
        }
    }

    @Test
    void aSystemMessageIsRefused() {
        assertThatThrownBy(() -> ask(captions, FEW, SystemMessage.from("Be brief"), UserMessage.from(PICTURE)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("system message");
    }

    @Test
    void earlierMessagesAreRefused() {
        assertThatThrownBy(() -> ask(
                        captions,
                        FEW,
                        UserMessage.from(PICTURE),
                        AiMessage.from("a car"),
                        UserMessage.from(PICTURE, TextContent.from("a red"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("3 messages")
                .hasMessageContaining("history");
    }

    @Test
    void anythingButOnePictureIsRefused() {
        assertThatThrownBy(() -> ask(captions, FEW, UserMessage.from("What is it?")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("0 images");
        assertThatThrownBy(() -> ask(captions, FEW, UserMessage.from(PICTURE, PICTURE)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("2 images");
    }

    @Test
    void aPictureWithoutAQuestionIsRefusedByAModelForAnswers() {
        assertThatThrownBy(() -> ask(answers, FEW, UserMessage.from(PICTURE)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no question");
    }

    @Test
    void aTextLongerThanThePositionsIsRefused() {
        String words = "car ".repeat(200);

        assertThatThrownBy(() -> ask(answers, FEW, UserMessage.from(PICTURE, TextContent.from(words))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("202 tokens")
                .hasMessageContaining("at most 128");
    }

    @Test
    void typedSpecialTokensArePlainText() {
        ChatResponse response =
                ask(captions, FEW, UserMessage.from(PICTURE, TextContent.from("a [SEP] picture [PAD]")));

        assertThat(response.aiMessage().text()).startsWith("a sep picture pad");
    }

    @Test
    void theEstimatorCountsWhatARequestReports() {
        UserMessage question = UserMessage.from(PICTURE, TextContent.from("What colour is the car?"));
        int reported = ask(answers, FEW, question).metadata().tokenUsage().inputTokenCount();
        GlimpseTokenCountEstimator estimator = new GlimpseTokenCountEstimator(answers);

        assertThat(estimator.estimateTokenCountInMessages(List.of(question))).isEqualTo(reported);
        assertThat(estimator.estimateTokenCountInMessage(question)).isEqualTo(reported);
    }

    @Test
    void streamedPiecesAreTheCaption() {
        RecordingHandler handler = new RecordingHandler();
        GlimpseStreamingChatModel streaming =
                GlimpseStreamingChatModel.builder().model(captions).build();

        streaming.chat(
                ChatRequest.builder()
                        .messages(UserMessage.from(PICTURE, TextContent.from("a picture of")))
                        .parameters(FEW)
                        .build(),
                handler);

        ChatResponse complete = handler.response();
        assertThat(handler.text()).isEqualTo(complete.aiMessage().text()).startsWith("a picture of ");
        assertThat(handler.texts).hasSizeGreaterThan(2);
    }

    @Test
    void requestsLeaveNoNativeMemoryBehind() {
        ask(captions, FEW, UserMessage.from(PICTURE));
        int before = captions.liveResources();

        for (int i = 0; i < 5; i++) {
            ask(captions, FEW, UserMessage.from(PICTURE, TextContent.from("a picture of")));
        }

        assertThat(captions.liveResources()).isEqualTo(before);
    }
}
