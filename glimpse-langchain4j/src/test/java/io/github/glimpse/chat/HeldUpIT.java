package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners and handlers that block: nobody else waits for them beyond their request's time. */
@Timeout(60)
class HeldUpIT {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final LoadedModel engine = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
            .maxRunning(1)
            .maxQueued(24)
            .timeout(LIMIT)
            // The time of each test is for what blocks, not for the first answer of a busy machine.
            .warmUp(true)
            .build());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    // What nobody interrupts it out of.
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void end() {
        goOn.countDown();
        threads.shutdownNow();
        engine.close();
    }

    private void blockForEver() {
        boolean over = false;
        while (!over) {
            try {
                goOn.await();
                over = true;
            } catch (InterruptedException e) {
                // Like code that waits for a lock or an answer of the network.
                over = false;
            }
        }
    }

    private RequestTracer tracer(Runnable onVision) {
        return () -> new RequestTrace() {
            @Override
            public void onStage(Stage stage) {
                if (stage == Stage.PREFILL_BEFORE_CUT) {
                    onVision.run();
                }
            }
        };
    }

    private static ChatRequest hello() {
        return ChatRequest.builder()
                .messages(UserMessage.from("Hello"))
                .parameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(2)
                        .build())
                .build();
    }

    @Test
    void theCallerOfARequestWhoseTracerBlocksGetsItsTimeoutAndOthersGetItsPlace() throws Exception {
        GlimpseChatModel good = GlimpseChatModel.builder().model(engine).build();
        GlimpseChatModel held = GlimpseChatModel.builder()
                .model(engine)
                .tracer(tracer(this::blockForEver))
                .build();
        int live = engine.liveResources();

        // The tracer blocks until goOn.
        assertThatThrownBy(() -> held.chat(hello()))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("waiting for a listener")
                .hasMessageContaining("on a thread of its own");
        assertThat(good.chat(hello()).aiMessage().text()).isNotNull();
        assertThat(engine.activeRequests()).isZero();
        assertThat(engine.liveResources()).isGreaterThan(live);

        goOn.countDown();
        awaitLive(live);
    }

    @Test
    void aHandlerThatBlocksLosesItsPlaceAtTheEndOfItsTime() throws Exception {
        GlimpseStreamingChatModel streaming =
                GlimpseStreamingChatModel.builder().model(engine).build();
        CountDownLatch inside = new CountDownLatch(1);
        int live = engine.liveResources();
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                inside.countDown();
                blockForEver();
            }
        };
        streaming.chat(hello(), handler);
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

        RecordingHandler next = new RecordingHandler();
        streaming.chat(hello(), next);
        // It came a moment later than the one that blocks, and so has a moment more.
        Thread.sleep(100);
        RecordingHandler after = new RecordingHandler();
        streaming.chat(hello(), after);

        assertThat(after.response().aiMessage().text()).isNotNull();
        goOn.countDown();
        assertThat(handler.error()).isInstanceOf(TimeoutException.class);
        awaitLive(live);
    }

    @Test
    void aHandlerThatCanBeInterruptedIsAndTheThreadGoesOnUninterrupted() {
        GlimpseStreamingChatModel streaming =
                GlimpseStreamingChatModel.builder().model(engine).build();
        List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void onError(Throwable failure) {
                interrupted.add(Thread.currentThread().isInterrupted());
                super.onError(failure);
            }
        };

        streaming.chat(hello(), handler);

        assertThat(handler.error()).isInstanceOf(TimeoutException.class).hasMessageContaining("handler");
        assertThat(interrupted).containsExactly(false);
    }

    @Thorough
    @TestCategory.Hostile
    @Test
    void closingEndsWithinTenSecondsThoughListenersBlockAndFreesTheMemoryWhenTheyReturn() throws Exception {
        LoadedModel patient = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                .maxRunning(2)
                .timeout(Duration.ofMinutes(5))
                .build());
        CountDownLatch inside = new CountDownLatch(1);
        GlimpseChatModel held = GlimpseChatModel.builder()
                .model(patient)
                .tracer(tracer(() -> {
                    inside.countDown();
                    blockForEver();
                }))
                .build();
        Future<?> answer = threads.submit(() -> held.chat(hello()));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

        patient.close();

        assertThat(patient.isClosed()).isTrue();
        assertThat(patient.activeRequests()).isZero();
        assertThat(answer.isDone()).isFalse();
        goOn.countDown();
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).hasMessageContaining("is closed");
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (patient.liveResources() > 0 && System.nanoTime() - patience < 0) {
            Thread.sleep(5);
        }
        assertThat(patient.liveResources()).isZero();
    }

    @Test
    void drainingIsBoundedThoughAListenerBlocks() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        GlimpseChatModel held = GlimpseChatModel.builder()
                .model(engine)
                .tracer(tracer(() -> {
                    inside.countDown();
                    blockForEver();
                }))
                .build();
        Future<?> answer = threads.submit(() -> held.chat(hello()));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(engine.drain(Duration.ofMillis(200))).isFalse();
        goOn.countDown();
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(RuntimeException.class);
    }

    @Test
    void streamsAreAnsweredInTheOrderInWhichTheyWereSent() throws Exception {
        LoadedModel patient = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxRunning(1).maxQueued(24).build());
        try {
            GlimpseStreamingChatModel streaming =
                    GlimpseStreamingChatModel.builder().model(patient).build();
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch answered = new CountDownLatch(24);
            for (int i = 0; i < 24; i++) {
                int number = i;
                streaming.chat(hello(), new RecordingHandler() {
                    private boolean begun;

                    @Override
                    public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                        if (!begun) {
                            begun = true;
                            order.add(number);
                            answered.countDown();
                        }
                    }
                });
            }
            assertThat(answered.await(40, TimeUnit.SECONDS)).isTrue();

            assertThat(order).hasSize(24).isSorted();
        } finally {
            patient.close();
        }
    }

    private void awaitLive(int live) throws InterruptedException {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (engine.liveResources() != live && System.nanoTime() - patience < 0) {
            Thread.sleep(5);
        }
        assertThat(engine.liveResources()).isEqualTo(live);
    }
}
