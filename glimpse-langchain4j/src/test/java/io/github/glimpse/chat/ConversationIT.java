package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.MemoryId;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.HistoryReport;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Long conversations with pictures through AI services: every good message is answered, whatever the chat memory still holds of
 * refused ones.
 */
class ConversationIT {

    private static final int TURNS = 40;
    private static final int MOST_TOKENS = 1_800;
    private static final int MOST_IMAGES = EngineOptions.DEFAULT_MAX_IMAGES;

    private static ModelSource embeddedFolder;
    private static ModelSource embeddedModule;

    enum Model {
        EMBEDDED {
            @Override
            EngineOptions.Builder options() {
                return EngineOptions.builder(embeddedFolder.directory()).module(embeddedModule.directory());
            }
        },
        QWEN {
            @Override
            EngineOptions.Builder options() {
                return TinyModels.options(TinyModels.QWEN);
            }
        },
        LLAVA {
            @Override
            EngineOptions.Builder options() {
                return TinyModels.options(TinyModels.LLAVA);
            }
        };

        abstract EngineOptions.Builder options();

        LoadedModel load(HistoryMode history) {
            return LoadedModel.load(options()
                    .history(history)
                    .maxInputTokens(MOST_TOKENS)
                    .generation(GenerationOptions.builder().maxOutputTokens(3).build())
                    .build());
        }
    }

    interface Assistant {

        @SystemMessage("Be brief.")
        Result<String> ask(@MemoryId int id, @UserMessage List<Content> question);

        TokenStream stream(@MemoryId int id, @UserMessage List<Content> question);
    }

    @BeforeAll
    static void open() {
        embeddedFolder = ModelSource.embedded();
        embeddedModule = ModelSource.embeddedModule();
    }

    @AfterAll
    static void close() {
        embeddedFolder.close();
        embeddedModule.close();
    }

    private static ImageContent picture(int seed) {
        return image(NoisePicture.png(new Random(seed), 60, 60));
    }

    private static ImageContent image(byte[] file) {
        return ImageContent.from(Base64.getEncoder().encodeToString(file), "image/png");
    }

    private static List<Content> question(int turn) {
        return List.of(picture(turn), TextContent.from("What is picture " + turn + "?"));
    }

    private static Assistant assistant(LoadedModel engine, Supplier<ChatMemory> memory) {
        return AiServices.builder(Assistant.class)
                .chatModel(GlimpseChatModel.builder().model(engine).build())
                .streamingChatModel(
                        GlimpseStreamingChatModel.builder().model(engine).build())
                .chatMemoryProvider(id -> memory.get())
                .build();
    }

    /**
     * A window.
     *
     * @param isSmall whether it forgets earlier than the model has to leave out anything
     */
    private record Window(Supplier<ChatMemory> memory, boolean isSmall) {}

    private static Stream<Window> windows(LoadedModel engine) {
        GlimpseTokenCountEstimator estimator = new GlimpseTokenCountEstimator(engine);
        int one = estimator.estimateTokenCountInMessage(dev.langchain4j.data.message.UserMessage.from(question(0)));
        return Stream.of(
                new Window(() -> MessageWindowChatMemory.withMaxMessages(6), true),
                new Window(() -> MessageWindowChatMemory.withMaxMessages(3 * TURNS), false),
                new Window(() -> TokenWindowChatMemory.withMaxTokens(4 * one, estimator), true),
                new Window(() -> TokenWindowChatMemory.withMaxTokens(1_000_000, estimator), false));
    }

    @Thorough
    @TestCategory.Soak(minutes = 0.5)
    @ParameterizedTest
    @EnumSource
    void everyTurnOfALongChatWithPicturesIsAnswered(Model model) {
        try (LoadedModel engine = model.load(HistoryMode.KEEP_LAST)) {
            windows(engine).forEach(window -> {
                Assistant assistant = assistant(engine, window.memory());
                HistoryReport history = HistoryReport.WHOLE;
                for (int turn = 0; turn < TURNS; turn++) {
                    ChatResponse response = assistant.ask(1, question(turn)).finalResponse();

                    GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
                    assertThat(metadata.pruning().images()).hasSizeBetween(1, MOST_IMAGES);
                    history = metadata.history();
                    if (turn < 2) {
                        assertThat(history.isWhole()).isTrue();
                    }
                }
                assertThat(history.isWhole()).isEqualTo(window.isSmall());
            });
        }
    }

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @EnumSource
    void aRefusedMessageDoesNotWedgeTheConversation(Model model) {
        byte[] file = NoisePicture.png(new Random(7), 100, 10);
        List<List<Content>> bad = List.of(
                List.of(image(new byte[] {1, 2, 3}), TextContent.from("No picture?")),
                List.of(image(Arrays.copyOf(file, file.length / 2)), TextContent.from("Cut off?")),
                List.of(ImageContent.from("http://127.0.0.1:1/a.png"), TextContent.from("By URL?")),
                List.of(TextContent.from("Heard?"), AudioContent.from("AAAA", "audio/mp3")),
                Collections.nCopies(MOST_IMAGES + 1, picture(3)),
                List.of(TextContent.from("word ".repeat(MOST_TOKENS))));
        try (LoadedModel engine = model.load(HistoryMode.KEEP_LAST)) {
            windows(engine).filter(window -> !window.isSmall()).forEach(window -> {
                Assistant assistant = assistant(engine, window.memory());
                assistant.ask(1, question(0));
                for (int i = 0; i < bad.size(); i++) {
                    List<Content> refused = bad.get(i);
                    assertThatThrownBy(() -> assistant.ask(1, refused))
                            .as(LogText.oneLine(String.valueOf(
                                    refused.get(refused.size() - 1).type())))
                            .isInstanceOfAny(LangChain4jException.class, IllegalArgumentException.class);
                    assertThat(assistant.ask(1, question(i + 1)).content()).isNotNull();
                    assertThat(assistant.ask(2, question(i + 1)).content()).isNotNull();
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamedTurnsAreAnsweredToo(Model model) throws Exception {
        try (LoadedModel engine = model.load(HistoryMode.KEEP_LAST)) {
            Assistant assistant = assistant(engine, () -> MessageWindowChatMemory.withMaxMessages(3 * TURNS));
            HistoryReport history = HistoryReport.WHOLE;
            for (int turn = 0; turn < MOST_IMAGES + 3; turn++) {
                if (turn == 2) {
                    assertThatThrownBy(() -> streamed(assistant, List.of(image(new byte[] {1, 2}))))
                            .hasRootCauseInstanceOf(io.github.glimpse.InvalidImageException.class);
                }
                GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata)
                        streamed(assistant, question(turn)).metadata();
                history = metadata.history();
            }
            assertThat(history.leftOutPictures()).isEqualTo(4);
        }
    }

    private static ChatResponse streamed(Assistant assistant, List<Content> question) throws Exception {
        CompletableFuture<ChatResponse> done = new CompletableFuture<>();
        assistant.stream(3, question)
                .onPartialResponse(text -> {})
                .onCompleteResponse(done::complete)
                .onError(done::completeExceptionally)
                .start();
        return done.get(1, TimeUnit.MINUTES);
    }

    @ParameterizedTest
    @EnumSource
    void whereNothingMayBeLeftOutTheConversationIsRefused(Model model) {
        try (LoadedModel engine = model.load(HistoryMode.REFUSE)) {
            Assistant assistant = assistant(engine, () -> MessageWindowChatMemory.withMaxMessages(3 * TURNS));
            for (int turn = 0; turn < MOST_IMAGES; turn++) {
                assistant.ask(1, question(turn));
            }

            assertThatThrownBy(() -> assistant.ask(1, question(MOST_IMAGES)))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("9 images", "limit is 8");
        }
    }
}
