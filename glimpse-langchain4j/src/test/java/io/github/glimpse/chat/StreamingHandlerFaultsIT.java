package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import io.github.glimpse.generate.LoadedModel;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a handler throws is told to it, and the answer goes on. */
class StreamingHandlerFaultsIT {

    private static LoadedModel engine;
    private static StreamingChatModel model;

    private final RuntimeException ofTheHandler = new IllegalStateException("of the handler");

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
        model = GlimpseStreamingChatModel.builder().model(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void anExceptionThrownAfterCancellationIsNotReported() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                super.onPartialResponse(partial, context);
                context.streamingHandle().cancel();
                running.countDown();
                throw ofTheHandler;
            }
        };

        model.chat(ask(100_000), handler);
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        RecordingHandler next = new RecordingHandler();
        model.chat(ask(1), next);
        assertThat(next.response()).isNotNull();
        assertThat(handler.texts).hasSize(1);
        assertThat(handler.errors).isEmpty();
    }

    @Test
    void anExceptionOfOnPartialResponseGoesToOnErrorAndTheAnswerGoesOn() {
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(String text) {
                throw ofTheHandler;
            }
        };
        CountingListener listener = new CountingListener();
        StreamingChatModel heard = GlimpseStreamingChatModel.builder()
                .model(engine)
                .listeners(List.of(listener))
                .build();

        heard.chat(ask(8), handler);

        ChatResponse response = handler.response();
        assertThat(handler.text()).isEqualTo(response.aiMessage().text());
        assertThat(handler.errors).hasSameSizeAs(handler.texts).allSatisfy(error -> assertThat(error)
                .isSameAs(ofTheHandler));
        assertThat(handler.threads).hasSize(1);
        assertThat(listener.calls).containsOnlyOnce("request", "response");
        assertThat(listener.calls).filteredOn("error"::equals).hasSameSizeAs(handler.texts);
    }

    @Test
    void anErrorOfTheHandlerGoesToOnErrorToo() {
        AssertionError wrong = new AssertionError("the handler's own check");
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(String text) {
                throw wrong;
            }
        };

        model.chat(ask(3), handler);

        assertThat(handler.response()).isNotNull();
        assertThat(handler.errors).isNotEmpty().allSatisfy(error -> assertThat(error)
                .isSameAs(wrong));
    }

    @Test
    void anExceptionOfOnCompleteResponseGoesToOnErrorOnce() {
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onCompleteResponse(ChatResponse complete) {
                super.onCompleteResponse(complete);
                throw ofTheHandler;
            }
        };

        model.chat(ask(3), handler);

        assertThat(handler.error()).isSameAs(ofTheHandler);
        assertThat(handler.responses).hasSize(1);
    }

    @Test
    void anExceptionOfOnErrorIsDropped() {
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(String text) {
                throw ofTheHandler;
            }

            @Override
            public void onError(Throwable failure) {
                super.onError(failure);
                throw new IllegalStateException("of onError");
            }
        };

        model.chat(ask(4), handler);

        assertThat(handler.response()).isNotNull();
        assertThat(handler.errors).isNotEmpty().allSatisfy(error -> assertThat(error)
                .isSameAs(ofTheHandler));
    }

    private static ChatRequest ask(int tokens) {
        return ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .maxOutputTokens(tokens)
                .build();
    }
}
