package io.github.glimpse.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.NativeLibraryException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedModelTest {

    private final AtomicInteger closed = new AtomicInteger();
    private final SharedModel<AutoCloseable> model =
            new SharedModel<>("tiny", closed::incrementAndGet, 1, 0, Duration.ofSeconds(20));
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private CompletableFuture<String> slowRequest(AtomicBoolean signal) {
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> ask(model, signal, (m, check) -> {
            inside.countDown();
            while (goOn.getCount() > 0) {
                check.run();
                Thread.onSpinWait();
            }
            return "done";
        }));
        awaitInside();
        return answer;
    }

    private void awaitInside() {
        await(inside);
    }

    private static <R> R ask(
            SharedModel<AutoCloseable> model, AtomicBoolean signal, SharedModel.Aside<AutoCloseable, R> work) {
        return Turns.take(model, model.arrive(signal::get, "send less"), work);
    }

    private String ask() {
        return ask(model, new AtomicBoolean(), (m, check) -> "done");
    }

    @Test
    void refusesARequestMoreThanMayRunAndWait() {
        CompletableFuture<String> first = slowRequest(new AtomicBoolean());

        assertThat(model.activeRequests()).isEqualTo(1);
        assertThatThrownBy(this::ask)
                .isInstanceOfSatisfying(EngineBusyException.class, busy -> assertThat(busy.retryAfter())
                        .as("before any request has ended")
                        .hasValueSatisfying(wait -> assertThat(wait).isPositive()))
                .hasMessageMatching(".*try again in \\d+ s, or raise glimpse.concurrency.max-queued");
        goOn.countDown();
        assertThat(first.join()).isEqualTo("done");
        assertThat(ask()).isEqualTo("done");
        assertThat(model.activeRequests()).isZero();
    }

    @Test
    void closesOnceAndOnlyWhenTheRunningRequestHasEnded() {
        CompletableFuture<String> first = slowRequest(new AtomicBoolean());

        model.close();
        model.close();

        assertThat(closed).hasValue(1);
        assertThatThrownBy(first::join).hasCauseInstanceOf(EngineClosedException.class);
        assertThatThrownBy(this::ask).isInstanceOf(EngineClosedException.class).hasMessageContaining("tiny is closed");
        assertThatThrownBy(() -> model.inUse(m -> m)).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void endsACancelledRequest() {
        AtomicBoolean signal = new AtomicBoolean();
        CompletableFuture<String> first = slowRequest(signal);
        signal.set(true);

        assertThatThrownBy(first::join).hasCauseInstanceOf(GenerationCancelledException.class);
    }

    @Test
    void drainsAndExpelsWhoStaysTooLong() {
        CompletableFuture<String> first = slowRequest(new AtomicBoolean());

        assertThat(model.drain(Duration.ofMillis(10))).isFalse();
        assertThatThrownBy(first::join)
                .hasCauseInstanceOf(EngineClosedException.class)
                .hasMessageContaining("shutting down");
        assertThat(model.drain(Duration.ofSeconds(20))).isTrue();
        assertThat(closed).hasValue(0);
    }

    @Test
    void whoResumesEndsADrainThatStillWaits() throws Exception {
        CompletableFuture<String> first = slowRequest(new AtomicBoolean());
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> model.drain(Duration.ofSeconds(20)));
        while (model.state() != EngineState.DRAINING) {
            Thread.onSpinWait();
        }

        model.resume();

        assertThat(drained.get(10, TimeUnit.SECONDS)).isFalse();
        goOn.countDown();
        assertThat(first.join()).isEqualTo("done");
        assertThat(ask()).isEqualTo("done");
    }

    @Test
    void closedWithARequestThatDoesNotEndItRefusesAtOnce() throws Exception {
        CountDownLatch deaf = new CountDownLatch(1);
        CompletableFuture<String> first =
                CompletableFuture.supplyAsync(() -> ask(model, new AtomicBoolean(), (m, check) -> {
                    inside.countDown();
                    await(deaf);
                    return "done";
                }));
        awaitInside();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(model::close);
        while (!model.isClosed()) {
            Thread.onSpinWait();
        }
        // Behind its patience somebody waits for good to free the model.
        closing.get(20, TimeUnit.SECONDS);

        CompletableFuture<AutoCloseable> asked = CompletableFuture.supplyAsync(() -> model.inUse(m -> m));
        assertThatThrownBy(() -> asked.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(EngineClosedException.class);
        deaf.countDown();
        assertThat(first.join()).isEqualTo("done");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRequestThatCannotBeginLeavesNoPlaceTaken() {
        SharedModel<AutoCloseable> endless =
                new SharedModel<>("tiny", closed::incrementAndGet, 1, 0, ChronoUnit.FOREVER.getDuration());
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> ask(endless, new AtomicBoolean(), (m, check) -> "done"))
                    .isInstanceOf(ArithmeticException.class);
        }
        assertThat(endless.activeRequests()).isZero();
    }

    @Test
    void takesRequestsAgainAfterItWasDrainedButNotAfterItWasClosed() {
        assertThat(model.state()).isEqualTo(EngineState.READY);
        model.drain(Duration.ZERO);
        assertThat(model.state()).isEqualTo(EngineState.DRAINING);

        model.resume();
        assertThat(model.state()).isEqualTo(EngineState.READY);
        assertThat(ask()).isEqualTo("done");

        model.close();
        model.resume();
        assertThat(model.state()).isEqualTo(EngineState.CLOSED);
    }

    @Test
    void failsAfterARequestDiedOfTheNativeLibraryUntilOneIsAnswered() {
        assertThatThrownBy(() -> ask(model, new AtomicBoolean(), (m, check) -> {
                    throw new NativeLibraryException("no memory");
                }))
                .isInstanceOf(NativeLibraryException.class);
        assertThat(model.state()).isEqualTo(EngineState.FAILING);

        ask();
        assertThat(model.state()).isEqualTo(EngineState.READY);
    }

    @Test
    void mayBeClosedByARequestOfItsOwn() {
        String answer = ask(model, new AtomicBoolean(), (m, check) -> {
            model.close();
            return "last words";
        });

        assertThat(answer).isEqualTo("last words");
        while (closed.get() == 0) {
            Thread.onSpinWait();
        }
        assertThat(closed).hasValue(1);
    }

    @Test
    void saysThatTheTimeIsOverAndWhatToDo() {
        SharedModel<AutoCloseable> hurried =
                new SharedModel<>("tiny", closed::incrementAndGet, 1, 0, Duration.ofMillis(50));

        assertThatThrownBy(() -> ask(hurried, new AtomicBoolean(), (m, check) -> {
                    while (true) {
                        check.run();
                        Thread.onSpinWait();
                    }
                }))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("PT0.05S")
                .hasMessageContaining("in the model; send less, or raise glimpse.limits.timeout");
    }

    @Test
    void aLostGpuEndsWhoRunsAndRefusesWhoComes() {
        CompletableFuture<String> running = slowRequest(new AtomicBoolean());

        assertThatThrownBy(() -> model.aside(() -> false, (m, check) -> {
                    throw new DeviceLostException("gone");
                }))
                .isInstanceOf(DeviceLostException.class);

        assertThat(model.state()).isEqualTo(EngineState.FAILED);
        assertThatThrownBy(running::join).hasCauseInstanceOf(DeviceLostException.class);
        assertThatThrownBy(this::ask)
                .isInstanceOf(DeviceLostException.class)
                .hasMessageContaining("gone")
                .hasMessageContaining("restart the process");
    }
}
