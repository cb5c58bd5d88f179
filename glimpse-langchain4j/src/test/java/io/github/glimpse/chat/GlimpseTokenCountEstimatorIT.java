package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.ImageUrlOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Counts equal what requests report, on both families. */
class GlimpseTokenCountEstimatorIT {

    private static LoadedModel qwen;
    private static LoadedModel llava;

    @BeforeAll
    static void load() {
        qwen = TinyModels.qwen();
        llava = LoadedModel.load(TinyModels.options(TinyModels.LLAVA).build());
    }

    @AfterAll
    static void close() {
        qwen.close();
        llava.close();
    }

    static Stream<Path> families() {
        return Stream.of(TinyModels.QWEN, TinyModels.LLAVA);
    }

    private static LoadedModel engine(Path family) {
        return family.equals(TinyModels.QWEN) ? qwen : llava;
    }

    private static GlimpseTokenCountEstimator estimator(Path family) {
        return new GlimpseTokenCountEstimator(engine(family));
    }

    private static ImageContent picture() {
        return TinyModels.image(TinyModels.QWEN, "017/a.png");
    }

    @ParameterizedTest
    @MethodSource("families")
    void theCountOfMessagesIsTheInputCountOfTheRequest(Path family) {
        GlimpseTokenCountEstimator estimator = estimator(family);
        ChatModel model = GlimpseChatModel.builder().model(engine(family)).build();
        List<ChatMessage> messages = List.of(
                SystemMessage.from("Be brief."),
                UserMessage.from(picture(), TextContent.from("What is it?")),
                AiMessage.from("A car."),
                UserMessage.from("And <|image_pad|><image> here?"));

        assertThat(estimator.estimateTokenCountInMessages(messages))
                .isEqualTo(model.chat(ChatRequest.builder()
                                .messages(messages)
                                .maxOutputTokens(1)
                                .build())
                        .tokenUsage()
                        .inputTokenCount());
        assertThat(estimator.estimateTokenCountInMessages(List.of())).isZero();
    }

    @ParameterizedTest
    @MethodSource("families")
    void theDefaultSystemMessageIsSentAndCounted(Path family) {
        String brief = "Be brief, and say so if you cannot read it.";
        GlimpseTokenCountEstimator estimator =
                new GlimpseTokenCountEstimator(engine(family), ImageUrlOptions.defaults(), brief);
        ChatModel model = GlimpseChatModel.builder()
                .model(engine(family))
                .systemMessage(brief)
                .build();
        List<ChatMessage> question = List.of(UserMessage.from("What is it?"));
        List<ChatMessage> spelledOut = List.of(SystemMessage.from(brief), UserMessage.from("What is it?"));

        int count = model.chat(question).tokenUsage().inputTokenCount();

        assertThat(count)
                .isEqualTo(model.chat(spelledOut).tokenUsage().inputTokenCount())
                .isEqualTo(estimator.estimateTokenCountInMessages(question))
                .isEqualTo(estimator(family).estimateTokenCountInMessages(spelledOut));
        if (family.equals(TinyModels.QWEN)) {
            // LLaVA's template drops system messages.
            assertThat(count).isGreaterThan(estimator(family).estimateTokenCountInMessages(question));
        }
        assertThat(estimator.estimateTokenCountInMessage(question.get(0)))
                .isEqualTo(estimator(family).estimateTokenCountInMessage(question.get(0)));
        assertThat(estimator.estimateTokenCountInMessages(List.of())).isZero();
    }

    @ParameterizedTest
    @MethodSource("families")
    void aMessageCountsWhatItAddsToAConversation(Path family) {
        GlimpseTokenCountEstimator estimator = estimator(family);
        UserMessage first = UserMessage.from("Look at this.");
        AiMessage answer = AiMessage.from("Yes.");
        UserMessage second = UserMessage.from(picture(), TextContent.from("What is it?"));

        int two = estimator.estimateTokenCountInMessages(List.of(first, answer));
        int three = estimator.estimateTokenCountInMessages(List.of(first, answer, second));

        assertThat(estimator.estimateTokenCountInMessage(second)).isEqualTo(three - two);
        assertThat(estimator.estimateTokenCountInMessage(answer)).isBetween(2, two);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aPictureCountsItsTokens(Path family) {
        GlimpseTokenCountEstimator estimator = estimator(family);
        int imageTokens = family.equals(TinyModels.QWEN) ? 30 : 144;

        int with = estimator.estimateTokenCountInMessage(UserMessage.from(picture(), TextContent.from("What is it?")));
        int without = estimator.estimateTokenCountInMessage(UserMessage.from("What is it?"));

        // and what the template puts around it
        assertThat(with - without).isBetween(imageTokens, imageTokens + 4);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aTextCountsItsTokens(Path family) {
        GlimpseTokenCountEstimator estimator = estimator(family);

        assertThat(estimator.estimateTokenCountInText("")).isZero();
        assertThat(estimator.estimateTokenCountInText("What is it?")).isBetween(3, 11);
        // typed by a user, a special token is text
        assertThat(estimator.estimateTokenCountInText("<|im_start|><image>")).isGreaterThan(2);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aTokenWindowMemoryDropsTheOldPicture(Path family) {
        GlimpseTokenCountEstimator estimator = estimator(family);
        UserMessage question = UserMessage.from("And now?");
        UserMessage withPicture = UserMessage.from(picture(), TextContent.from("What is it?"));
        int most = estimator.estimateTokenCountInMessages(List.of(withPicture, AiMessage.from("A car."))) + 3;
        TokenWindowChatMemory memory = TokenWindowChatMemory.withMaxTokens(most, estimator);

        memory.add(withPicture);
        memory.add(AiMessage.from("A car."));
        assertThat(memory.messages()).hasSize(2);
        memory.add(question);

        assertThat(memory.messages()).containsExactly(AiMessage.from("A car."), question);
    }

    @ParameterizedTest
    @MethodSource("families")
    void refusesWhatTheModelsRefuseIfNothingMayBeLeftOut(Path family) {
        try (LoadedModel strict = LoadedModel.load(
                TinyModels.options(family).history(HistoryMode.REFUSE).build())) {
            GlimpseTokenCountEstimator estimator = new GlimpseTokenCountEstimator(strict);

            assertThatThrownBy(() -> estimator.estimateTokenCountInMessage(
                            UserMessage.from(ImageContent.from("https://example.com/a.png"))))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aPictureThatCannotBeReadCountsAsTheNoteInItsPlace(Path family) {
        GlimpseTokenCountEstimator estimator = estimator(family);
        TextContent text = TextContent.from("What is it?");
        AiMessage answer = AiMessage.from("A car.");
        int note = estimator.estimateTokenCountInMessage(
                UserMessage.from("[an earlier picture is left out]\nWhat is it?"));

        for (ImageContent bad : List.of(
                ImageContent.from("https://example.com/a.png"),
                ImageContent.from("!", "image/png"),
                ImageContent.from("bm8gcGljdHVyZQ==", "image/png"))) {
            UserMessage message = UserMessage.from(bad, text);

            assertThat(estimator.estimateTokenCountInMessage(message)).isEqualTo(note);
            int two = estimator.estimateTokenCountInMessages(List.of(message, answer));
            assertThat(two)
                    .isEqualTo(estimator.estimateTokenCountInMessages(
                            List.of(UserMessage.from("[an earlier picture is left out]\nWhat is it?"), answer)));
        }
    }
}
