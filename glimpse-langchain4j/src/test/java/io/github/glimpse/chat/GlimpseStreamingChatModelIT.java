package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.LoadedModel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of streaming, on the tiny model. */
class GlimpseStreamingChatModelIT {

    private static final UserMessage QUESTION = UserMessage.from(
            TinyModels.image(TinyModels.QWEN, "017/a.png"), TextContent.from("What colour is the car?"));
    private static final int ENDLESS = 100_000;

    private static LoadedModel engine;
    private static StreamingChatModel model;

    @BeforeAll
    static void load() {
        // One place, so that a second request waits.
        engine = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxRunning(1).build());
        model = GlimpseStreamingChatModel.builder().model(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void joinedPiecesEqualTheTextAndTheBlockingModelsAnswer() {
        ChatModel blocking = GlimpseChatModel.builder().model(engine).build();
        RecordingHandler handler = new RecordingHandler();

        model.chat(ask(40), handler);

        ChatResponse response = handler.response();
        assertThat(handler.text()).isEqualTo(response.aiMessage().text());
        assertThat(response.aiMessage().text())
                .isEqualTo(blocking.chat(ask(40)).aiMessage().text());
        assertThat(handler.texts).hasSizeGreaterThan(5);
        assertThat(response.metadata()).isInstanceOf(GlimpseChatResponseMetadata.class);
        assertThat(handler.errors).isEmpty();
    }

    @Test
    void callbacksComeOnOnePlatformThreadThatIsNotTheCallers() {
        RecordingHandler handler = new RecordingHandler();

        model.chat(ask(10), handler);

        assertThat(handler.response()).isNotNull();
        assertThat(handler.threads).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(handler.threads.iterator().next().isDaemon()).isTrue();
    }

    @Test
    void chatReturnsWhileTheAnswerIsMade() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(String text) {
                awaitUnchecked(goOn);
            }
        };

        // Would never return if it waited for the handler.
        model.chat(ask(3), handler);

        goOn.countDown();
        assertThat(handler.response()).isNotNull();
    }

    @Test
    void afterCancellationThereIsNoCallbackAndThePlaceIsFree() throws Exception {
        AtomicReference<StreamingHandle> handle = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                running.countDown();
                assertThat(context.streamingHandle().isCancelled()).isFalse();
                if (texts.size() == 3) {
                    handle.set(context.streamingHandle());
                    context.streamingHandle().cancel();
                }
            }
        };

        model.chat(ask(ENDLESS), handler);
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        // The only place is taken: the second answer comes when the first has ended.
        RecordingHandler next = new RecordingHandler();
        model.chat(ask(1), next);
        assertThat(next.response()).isNotNull();
        assertThat(handler.texts).hasSize(3);
        assertThat(handler.responses).isEmpty();
        assertThat(handler.errors).isEmpty();
        handle.get().cancel();
        assertThat(handle.get().isCancelled()).isTrue();
    }

    @Test
    void cancelFromAnotherThreadEndsTheAnswer() throws Exception {
        CompletableFuture<StreamingHandle> handle = new CompletableFuture<>();
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                handle.complete(context.streamingHandle());
            }
        };

        model.chat(ask(ENDLESS), handler);
        handle.get(30, TimeUnit.SECONDS).cancel();

        RecordingHandler next = new RecordingHandler();
        model.chat(ask(1), next);
        assertThat(next.response()).isNotNull();
        assertThat(handler.responses).isEmpty();
        assertThat(handler.errors).isEmpty();
    }

    @Test
    void theSendersSignalEndsARequestThatStillWaits() throws Exception {
        AtomicReference<StreamingHandle> running = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        RecordingHandler first = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                running.set(context.streamingHandle());
                begun.countDown();
            }
        };
        model.chat(ask(ENDLESS), first);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        CancellationSignal signal = new CancellationSignal();
        RecordingHandler waiting = new RecordingHandler();
        SenderSignal.during(signal, () -> model.chat(ask(1), waiting));
        assertThat(engine.queuedRequests()).isEqualTo(1);

        signal.cancel();

        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (engine.queuedRequests() > 0 && System.nanoTime() < patience) {
            Thread.sleep(5);
        }
        assertThat(engine.queuedRequests()).isZero();
        assertThat(engine.activeRequests()).isEqualTo(1);
        running.get().cancel();
        RecordingHandler next = new RecordingHandler();
        model.chat(ask(1), next);
        assertThat(next.response()).isNotNull();
        assertThat(waiting.responses).isEmpty();
        assertThat(waiting.errors).isEmpty();
    }

    @Test
    void theNextQuestionMayBeAskedWhenTheAnswerIsComplete() {
        RecordingHandler second = new RecordingHandler();
        RecordingHandler first = new RecordingHandler() {
            @Override
            public void onCompleteResponse(ChatResponse complete) {
                super.onCompleteResponse(complete);
                // Waits here: it would wait for ever if the engine's only place were still taken.
                model.chat(ask(2), second);
                assertThat(second.response()).isNotNull();
            }
        };

        model.chat(ask(2), first);

        assertThat(second.response()).isNotNull();
        assertThat(first.errors).isEmpty();
    }

    @Test
    void closingTheEngineEndsARunningAnswerWithAnError() throws Exception {
        LoadedModel own = TinyModels.qwen();
        StreamingChatModel streaming =
                GlimpseStreamingChatModel.builder().model(own).build();
        CountDownLatch started = new CountDownLatch(1);
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(String text) {
                started.countDown();
            }
        };
        streaming.chat(ask(ENDLESS), handler);
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();

        own.close();

        assertThat(handler.error()).hasMessageContaining("closed");
        assertThat(handler.responses).isEmpty();
    }

    @Test
    void listenersHearOfRequestAndResponseOnce() {
        CountingListener listener = new CountingListener();
        StreamingChatModel heard = GlimpseStreamingChatModel.builder()
                .model(engine)
                .listeners(List.of(listener))
                .build();
        RecordingHandler handler = new RecordingHandler();

        heard.chat(ask(2), handler);

        assertThat(handler.response()).isNotNull();
        assertThat(listener.calls).containsExactly("request", "response");
        ChatModel blocking = GlimpseChatModel.builder()
                .model(engine)
                .listeners(List.of(listener))
                .build();
        blocking.chat(ask(2));
        assertThat(listener.calls).containsExactly("request", "response", "request", "response");
    }

    interface Assistant {

        TokenStream ask(String question);
    }

    @Test
    void anAiServiceStreams() throws Exception {
        Assistant assistant = AiServices.create(
                Assistant.class,
                GlimpseStreamingChatModel.builder()
                        .model(engine)
                        .defaultRequestParameters(ChatRequestParameters.builder()
                                .maxOutputTokens(6)
                                .build())
                        .build());
        List<String> texts = new CopyOnWriteArrayList<>();
        CompletableFuture<ChatResponse> complete = new CompletableFuture<>();

        assistant
                .ask("hello")
                .onPartialResponse(texts::add)
                .onCompleteResponse(complete::complete)
                .onError(complete::completeExceptionally)
                .start();

        assertThat(complete.get(30, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(String.join("", texts));
    }

    private static ChatRequest ask(int tokens) {
        return ChatRequest.builder().messages(QUESTION).maxOutputTokens(tokens).build();
    }
}
