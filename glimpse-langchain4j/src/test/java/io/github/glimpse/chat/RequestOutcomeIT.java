package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every request ends in exactly one outcome, and its listener hears it before its caller goes on. */
@Timeout(60)
class RequestOutcomeIT {

    private final List<RequestOutcome> heard = new CopyOnWriteArrayList<>();
    private final RequestOutcomeListener listener = heard::add;
    private LoadedModel engine;
    private GlimpseChatModel model;
    private GlimpseStreamingChatModel streaming;

    @BeforeEach
    void load() {
        use(LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxRunning(1).maxQueued(0).build()));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private void use(LoadedModel loaded) {
        engine = loaded;
        model = GlimpseChatModel.builder()
                .model(engine)
                .listeners(List.of(listener))
                .build();
        streaming = GlimpseStreamingChatModel.builder()
                .model(engine)
                .listeners(List.of(listener))
                .build();
    }

    @Test
    void answered() {
        model.chat(ask(2));
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onCompleteResponse(dev.langchain4j.model.chat.response.ChatResponse complete) {
                assertThat(heard).hasSize(2);
                super.onCompleteResponse(complete);
            }
        };
        streaming.chat(ask(2), handler);
        handler.response();

        assertThat(heard).containsExactly(RequestOutcome.ANSWERED, RequestOutcome.ANSWERED);
        assertThat(handler.errors).isEmpty();
    }

    @Test
    void refusedBeforeItReachesTheEngine() {
        UserMessage damaged = UserMessage.from(ImageContent.from("AAAA", "image/png"));
        ChatRequest otherModel = ChatRequest.builder()
                .messages(UserMessage.from("Hello"))
                .modelName("other")
                .build();

        assertThatThrownBy(() -> model.chat(damaged)).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> model.chat(otherModel)).isInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> streaming.chat(otherModel, new RecordingHandler()))
                .isInstanceOf(UnsupportedFeatureException.class);
        RecordingHandler handler = new RecordingHandler();
        streaming.chat(List.of(damaged), handler);
        handler.error();

        assertThat(heard)
                .containsExactly(
                        RequestOutcome.INVALID,
                        RequestOutcome.UNSUPPORTED,
                        RequestOutcome.UNSUPPORTED,
                        RequestOutcome.INVALID);
    }

    @Test
    void aCancelledStreamIsHeardOfHereOnly() throws Exception {
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                context.streamingHandle().cancel();
            }
        };
        streaming.chat(ask(100_000), handler);
        untilHeard(1);

        assertThat(heard).containsExactly(RequestOutcome.CANCELLED);
        assertThat(handler.errors).isEmpty();
        assertThat(handler.responses).isEmpty();
    }

    @Test
    void anInterruptedCallerCancelled() throws Exception {
        Thread caller = new Thread(() -> {
            try {
                model.chat(ask(100_000));
            } catch (NonRetriableException e) {
                heard.add(RequestOutcome.of(e));
            }
        });
        caller.start();
        while (engine.activeRequests() == 0) {
            Thread.sleep(2);
        }
        caller.interrupt();
        caller.join();

        assertThat(heard).containsExactly(RequestOutcome.CANCELLED, RequestOutcome.CANCELLED);
        while (engine.activeRequests() > 0) {
            Thread.sleep(2);
        }
        assertThat(heard).hasSize(2);
    }

    @Test
    void fullQueueAndClosedEngine() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        RecordingHandler endless = new RecordingHandler() {
            @Override
            public void onPartialResponse(String text) {
                running.countDown();
            }
        };
        streaming.chat(ask(100_000), endless);
        running.await();
        assertThatThrownBy(() -> model.chat(ask(1))).isInstanceOf(RateLimitException.class);
        engine.drain(Duration.ZERO);
        assertThat(endless.error()).isInstanceOf(NonRetriableException.class);
        assertThatThrownBy(() -> model.chat(ask(1))).isExactlyInstanceOf(NonRetriableException.class);

        assertThat(heard).containsExactly(RequestOutcome.QUEUE_FULL, RequestOutcome.CLOSED, RequestOutcome.CLOSED);
    }

    @Test
    void outOfTime() {
        engine.close();
        use(LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).timeout(Duration.ofNanos(1)).build()));

        assertThatThrownBy(() -> model.chat(ask(1))).isInstanceOf(dev.langchain4j.exception.TimeoutException.class);
        RecordingHandler handler = new RecordingHandler();
        streaming.chat(ask(1), handler);
        handler.error();

        assertThat(heard).containsExactly(RequestOutcome.TIMED_OUT, RequestOutcome.TIMED_OUT);
    }

    @Test
    void noThreadAndNoMemoryForOne() {
        Executor busy = work -> {
            throw new java.util.concurrent.RejectedExecutionException("no thread");
        };
        Executor exhausted = work -> {
            throw new OutOfMemoryError("unable to create native thread");
        };

        assertThatThrownBy(() -> on(busy).chat(ask(1))).isInstanceOf(RateLimitException.class);
        assertThatThrownBy(() -> on(exhausted).chat(ask(1))).isInstanceOf(InternalServerException.class);

        assertThat(heard).containsExactly(RequestOutcome.QUEUE_FULL, RequestOutcome.FAILED);
    }

    @Test
    void aModelThatCouldNotBeLoaded(@TempDir Path empty) {
        engine.close();
        use(LoadedModel.deferred(EngineOptions.builder(empty).build(), options -> options));

        assertThatThrownBy(() -> model.chat(ask(1)))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("config.json");
        assertThatThrownBy(() -> streaming.chat(ask(1), new RecordingHandler()))
                .isInstanceOf(ModelNotFoundException.class);
        assertThat(heard).containsExactly(RequestOutcome.NOT_LOADED, RequestOutcome.NOT_LOADED);
        assertThat(GlimpseChatModel.builder().model(engine).build())
                .as("building goes by no chance")
                .isNotNull();
    }

    @Test
    void aListenerThatFailsChangesNothing() {
        GlimpseChatModel withFault = GlimpseChatModel.builder()
                .model(engine)
                .listeners(List.of(
                        (RequestOutcomeListener) outcome -> {
                            throw new IllegalStateException("listener");
                        },
                        listener))
                .build();

        assertThat(withFault.chat(ask(1))).isNotNull();
        assertThat(heard).containsExactly(RequestOutcome.ANSWERED);
    }

    private GlimpseChatModel on(Executor executor) {
        return GlimpseChatModel.builder()
                .model(engine)
                .executor(executor)
                .listeners(List.of(listener))
                .build();
    }

    private void untilHeard(int count) throws InterruptedException {
        while (heard.size() < count || engine.activeRequests() > 0) {
            Thread.sleep(2);
        }
    }

    private static ChatRequest ask(int tokens) {
        return ChatRequest.builder()
                .messages(UserMessage.from("Tell me a story"))
                .parameters(
                        ChatRequestParameters.builder().maxOutputTokens(tokens).build())
                .build();
    }
}
