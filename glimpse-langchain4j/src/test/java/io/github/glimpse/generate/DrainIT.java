package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.EngineClosedException;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of an engine's working day. */
@Timeout(60)
class DrainIT {

    private static final int ENDLESS = 100_000;

    private LoadedModel model;

    @BeforeEach
    void load() {
        model = LoadedModel.load(TinyModels.qwen().maxRunning(1).maxQueued(4).build());
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void letsTheRunningAndTheWaitingFinish() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<GenerationResult> first = ask(8, running, go);
        running.await();
        CompletableFuture<GenerationResult> second = ask(8, new CountDownLatch(1), go);
        until(() -> model.queuedRequests() == 1);
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> model.drain(Duration.ofMinutes(1)));
        until(() -> model.state() == EngineState.DRAINING);

        assertThatThrownBy(() -> model.generate(question(1)))
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("shutting down");
        assertThat(drained).isNotDone();
        go.countDown();

        assertThat(drained.get()).isTrue();
        assertThat(first.get().tokenIds()).hasSize(8);
        assertThat(second.get().tokenIds()).hasSize(8);
        model.close();
        assertThat(model.state()).isEqualTo(EngineState.CLOSED);
    }

    @Test
    void endsWhatDoesNotFinishInTime() throws Exception {
        int before = model.liveResources();
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<GenerationResult> endless = ask(ENDLESS, running, new CountDownLatch(0));
        running.await();

        assertThat(model.drain(Duration.ofMillis(50))).isFalse();

        assertThatThrownBy(() -> endless.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(EngineClosedException.class);
        assertThat(model.activeRequests()).isZero();
        assertThat(model.liveResources()).isEqualTo(before);
    }

    @Test
    void takesRequestsAgainWhenItIsResumed() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<GenerationResult> endless = ask(ENDLESS, running, new CountDownLatch(0));
        running.await();
        model.drain(Duration.ZERO);
        model.resume();

        assertThat(model.state()).isEqualTo(EngineState.READY);
        assertThat(model.generate(question(4)).tokenIds()).hasSize(4);
        assertThatThrownBy(() -> endless.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(EngineClosedException.class);
        model.close();
        model.resume();
        assertThatThrownBy(() -> model.generate(question(4))).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void doesNotWaitForTheRequestWhoseListenerDrains() {
        List<Boolean> finished = new ArrayList<>();

        model.generate(question(3), text -> finished.add(model.drain(Duration.ofMinutes(1))), signal());

        assertThat(finished).isNotEmpty().containsOnly(true);
    }

    @Test
    void anInterruptionEndsTheWaiting() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<GenerationResult> endless = ask(ENDLESS, running, new CountDownLatch(0));
        running.await();
        Thread.currentThread().interrupt();

        assertThat(model.drain(Duration.ofMinutes(1))).isFalse();

        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> endless.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(EngineClosedException.class);
    }

    @Test
    void nothingRunningIsFinishedAtOnce() {
        assertThat(model.drain(Duration.ofMinutes(1))).isTrue();
    }

    private CompletableFuture<GenerationResult> ask(int tokens, CountDownLatch running, CountDownLatch go) {
        return CompletableFuture.supplyAsync(() -> model.generate(
                question(tokens),
                text -> {
                    running.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                signal()));
    }

    private static GenerationRequest question(int tokens) {
        return new GenerationRequest(
                List.of(ChatTurn.user("Tell me a story")),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(tokens).build());
    }

    private static CancellationSignal signal() {
        return new CancellationSignal();
    }

    private static void until(java.util.function.BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(2);
        }
    }
}
