package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.generate.LoadedModel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What LangChain4j's published suites ask of listeners and of cancellation with text alone, asked of BLIP about a picture. */
class BlipListenersIT {

    private static final UserMessage QUESTION =
            UserMessage.from(TinyBlip.PICTURE, TextContent.from("what is in the picture"));
    private static final UserMessage BLIND = UserMessage.from("what is in the picture");

    private static LoadedModel captions;
    private static LoadedModel answers;

    private final Contexts contexts = new Contexts();

    /** Keeps what it is told, and marks the request. */
    private static final class Contexts implements ChatModelListener {

        final List<String> calls = new CopyOnWriteArrayList<>();
        final List<ChatModelRequestContext> requests = new CopyOnWriteArrayList<>();
        final List<ChatModelResponseContext> responses = new CopyOnWriteArrayList<>();
        final List<ChatModelErrorContext> errors = new CopyOnWriteArrayList<>();

        @Override
        public void onRequest(ChatModelRequestContext context) {
            context.attributes().put("id", "12345");
            calls.add("request");
            requests.add(context);
        }

        @Override
        public void onResponse(ChatModelResponseContext context) {
            calls.add("response " + context.attributes().get("id"));
            responses.add(context);
        }

        @Override
        public void onError(ChatModelErrorContext context) {
            calls.add("error " + context.attributes().get("id"));
            errors.add(context);
        }
    }

    @BeforeAll
    static void load() {
        captions = TinyBlip.captions();
        answers = TinyBlip.answers();
    }

    @AfterAll
    static void close() {
        captions.close();
        answers.close();
    }

    static Stream<LoadedModel> engines() {
        return Stream.of(captions, answers);
    }

    private GlimpseChatModel blocking(LoadedModel engine) {
        return GlimpseChatModel.builder()
                .model(engine)
                .listeners(List.of(contexts))
                .build();
    }

    private GlimpseStreamingChatModel streaming(LoadedModel engine) {
        return GlimpseStreamingChatModel.builder()
                .model(engine)
                .listeners(List.of(contexts))
                .build();
    }

    private static ChatRequest ask(UserMessage message) {
        return ChatRequest.builder()
                .messages(message)
                .parameters(ChatRequestParameters.builder()
                        .temperature(0.7)
                        .topP(1.0)
                        .maxOutputTokens(12)
                        .build())
                .build();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void aListenerHearsOfTheRequestAndThenOfTheResponse(LoadedModel engine) {
        ChatResponse response = blocking(engine).chat(ask(QUESTION));

        checkAnswered(engine, response);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void aListenerOfAStreamHearsOfThemToo(LoadedModel engine) {
        RecordingHandler handler = new RecordingHandler();

        streaming(engine).chat(ask(QUESTION), handler);

        ChatResponse response = handler.response();
        assertThat(handler.text()).isEqualTo(response.aiMessage().text());
        assertThat(handler.texts).hasSizeGreaterThan(2);
        checkAnswered(engine, response);
        assertThat(handler.responses).hasSize(1);
        assertThat(handler.errors).isEmpty();
    }

    private void checkAnswered(LoadedModel engine, ChatResponse response) {
        assertThat(contexts.calls).containsExactly("request", "response 12345");
        ChatModelRequestContext asked = contexts.requests.get(0);
        assertThat(asked.modelProvider()).isEqualTo(ModelProvider.OTHER);
        assertThat(asked.chatRequest().messages()).containsExactly(QUESTION);
        ChatRequestParameters parameters = asked.chatRequest().parameters();
        assertThat(parameters.modelName()).isEqualTo(engine.name());
        assertThat(parameters.temperature()).isEqualTo(0.7);
        assertThat(parameters.topP()).isEqualTo(1.0);
        assertThat(parameters.maxOutputTokens()).isEqualTo(12);
        ChatModelResponseContext answered = contexts.responses.get(0);
        assertThat(answered.chatRequest()).isEqualTo(asked.chatRequest());
        assertThat(answered.modelProvider()).isEqualTo(ModelProvider.OTHER);
        assertThat(answered.chatResponse().aiMessage()).isEqualTo(response.aiMessage());
        ChatResponseMetadata metadata = answered.chatResponse().metadata();
        assertThat(metadata.id()).isNotBlank();
        assertThat(metadata.modelName()).isEqualTo(engine.name());
        assertThat(metadata.finishReason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        // Five words between the first and the last token or behind the start, and 64 patches.
        assertThat(metadata.tokenUsage().inputTokenCount()).isGreaterThan(64 + 5);
        assertThat(metadata.tokenUsage().outputTokenCount()).isBetween(8, 12);
        assertThat(metadata.tokenUsage().totalTokenCount())
                .isEqualTo(metadata.tokenUsage().inputTokenCount()
                        + metadata.tokenUsage().outputTokenCount());
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void aListenerHearsOfARefusalWhatTheCallerGets(LoadedModel engine) {
        InvalidRequestException thrown = catchThrowableOfType(
                InvalidRequestException.class, () -> blocking(engine).chat(ask(BLIND)));

        checkRefused(thrown);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void aStreamThatIsRefusedEndsInOneCallOfOnError(LoadedModel engine) {
        RecordingHandler handler = new RecordingHandler();

        streaming(engine).chat(ask(BLIND), handler);

        checkRefused(handler.error());
        assertThat(handler.errors).hasSize(1);
        assertThat(handler.texts).isEmpty();
        assertThat(handler.responses).isEmpty();
    }

    private void checkRefused(Throwable error) {
        assertThat(error).isInstanceOf(InvalidRequestException.class).hasMessageContaining("0 images");
        assertThat(contexts.calls).containsExactly("request", "error 12345");
        ChatModelErrorContext failed = contexts.errors.get(0);
        assertThat(failed.error()).isSameAs(error);
        assertThat(failed.chatRequest()).isEqualTo(contexts.requests.get(0).chatRequest());
        assertThat(failed.modelProvider()).isEqualTo(ModelProvider.OTHER);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("engines")
    void afterCancellationThereIsNoCallback(LoadedModel engine) {
        CountDownLatch cancelled = new CountDownLatch(1);
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                if (texts.size() == 3) {
                    context.streamingHandle().cancel();
                    assertThat(context.streamingHandle().isCancelled()).isTrue();
                    cancelled.countDown();
                }
            }
        };

        streaming(engine).chat(ask(QUESTION), handler);
        // Asked at once, the second might come first: each stream waits for its place in a thread of its own.
        RecordingHandler.awaitUnchecked(cancelled);

        // The only place is free when the first answer has ended.
        RecordingHandler next = new RecordingHandler();
        GlimpseStreamingChatModel.builder().model(engine).build().chat(ask(QUESTION), next);
        assertThat(next.response()).isNotNull();
        assertThat(handler.texts).hasSize(3);
        assertThat(handler.responses).isEmpty();
        assertThat(handler.errors).isEmpty();
        assertThat(contexts.calls).containsExactly("request");
    }
}
