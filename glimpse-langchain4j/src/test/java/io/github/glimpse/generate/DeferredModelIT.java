package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Engines that are there before their model is. */
@Timeout(60)
class DeferredModelIT {

    private static final GenerationRequest QUESTION = new GenerationRequest(
            List.of(ChatTurn.user("Hello")),
            PruningOptions.defaults(),
            GenerationOptions.builder().maxOutputTokens(3).build());

    @Test
    void theFirstRequestLoads() {
        AtomicInteger prepared = new AtomicInteger();
        UnaryOperator<EngineOptions> prepare = options -> {
            prepared.incrementAndGet();
            return options;
        };
        try (LoadedModel model = LoadedModel.deferred(TinyModels.qwen().build(), prepare)) {
            assertThat(model.state()).isEqualTo(EngineState.UNLOADED);
            assertThat(model.family()).isEqualTo("auto");
            assertThat(model.dtypeName()).isEqualTo("auto");
            assertThat(model.deviceName()).isEqualTo("cpu");
            assertThat(model.contextLength()).isZero();
            assertThat(prepared).hasValue(0);

            assertThat(model.generate(QUESTION).tokenIds()).hasSize(3);
            assertThat(model.generate(QUESTION).tokenIds()).hasSize(3);

            assertThat(model.state()).isEqualTo(EngineState.READY);
            assertThat(model.family()).isEqualTo("qwen2.5-vl");
            assertThat(model.contextLength()).isPositive();
            assertThat(prepared).as("loaded once").hasValue(1);
        }
    }

    @Test
    void answersAsOneThatIsLoadedAtOnce() {
        try (LoadedModel now = LoadedModel.load(TinyModels.qwen().build());
                LoadedModel later = LoadedModel.deferred(TinyModels.qwen().build(), UnaryOperator.identity())) {
            assertThat(later.generate(QUESTION).tokenIds())
                    .containsExactly(now.generate(QUESTION).tokenIds());
            assertThat(later.countTokens(QUESTION.turns())).isEqualTo(now.countTokens(QUESTION.turns()));
            assertThat(later.name()).isEqualTo(now.name());
        }
    }

    @Test
    void countingLoadsToo() {
        try (LoadedModel model = LoadedModel.deferred(TinyModels.qwen().build(), UnaryOperator.identity())) {
            assertThat(model.countTokens("one two")).isPositive();
        }
    }

    @Test
    void requestsWaitForTheModelAndAFullQueueRefuses() throws Exception {
        CountDownLatch files = new CountDownLatch(1);
        try (LoadedModel model = LoadedModel.deferred(
                TinyModels.qwen().maxRunning(1).maxQueued(1).warmUp(true).build(), slow(files))) {
            model.startLoading();
            model.startLoading();
            assertThat(model.state()).isEqualTo(EngineState.LOADING);
            CompletableFuture<GenerationResult> first = CompletableFuture.supplyAsync(() -> model.generate(QUESTION));
            CompletableFuture<GenerationResult> second = CompletableFuture.supplyAsync(() -> model.generate(QUESTION));
            while (model.activeRequests() + model.queuedRequests() < 2) {
                Thread.sleep(2);
            }
            assertThatThrownBy(() -> model.generate(QUESTION)).isInstanceOf(EngineBusyException.class);
            files.countDown();

            assertThat(first.get().tokenIds()).hasSize(3);
            assertThat(second.get().tokenIds()).hasSize(3);
            assertThat(model.whenLoaded().toCompletableFuture().get()).isSameAs(model);
        }
    }

    @Test
    void aRequestWaitsNoLongerThanItsTime() {
        CountDownLatch files = new CountDownLatch(1);
        try (LoadedModel model = LoadedModel.deferred(
                TinyModels.qwen().timeout(Duration.ofMillis(50)).build(), slow(files))) {
            assertThatThrownBy(() -> model.generate(QUESTION))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("still loading")
                    .hasMessageContaining("glimpse.limits.timeout");
            assertThatThrownBy(() -> model.countTokens("text")).isInstanceOf(DeadlineExceededException.class);
            assertThat(model.activeRequests()).isZero();
            files.countDown();
        }
    }

    @Test
    void aFailureStaysAndNamesItsCause(@TempDir Path empty) {
        try (LoadedModel model =
                LoadedModel.deferred(EngineOptions.builder(empty).build(), options -> options)) {
            model.startLoading();

            assertThatThrownBy(() -> model.whenLoaded().toCompletableFuture().get())
                    .hasRootCauseInstanceOf(ModelFilesException.class);
            assertThat(model.state()).isEqualTo(EngineState.LOAD_FAILED);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> model.generate(QUESTION))
                        .isInstanceOf(ModelLoadException.class)
                        .hasMessageContaining("config.json")
                        .hasCauseInstanceOf(ModelFilesException.class);
            }
            assertThatThrownBy(() -> model.check(PruningOptions.defaults())).isInstanceOf(ModelLoadException.class);
            assertThatThrownBy(() -> model.countTokens("text")).isInstanceOf(ModelLoadException.class);
        }
    }

    @Test
    void aFullHeapWhileItLoadsIsAFailureToo() {
        try (LoadedModel model = LoadedModel.deferred(TinyModels.qwen().build(), options -> {
            FaultyStrategy.fillHeap();
            return options;
        })) {
            assertThatThrownBy(() -> model.generate(QUESTION))
                    .isInstanceOf(ModelLoadException.class)
                    .hasCauseInstanceOf(OutOfMemoryError.class);
        }
    }

    @Test
    void closingGivesUpFetchingAndEndsTheWaiting() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Throwable> interrupted = new AtomicReference<>();
        LoadedModel model = LoadedModel.deferred(TinyModels.qwen().build(), options -> {
            begun.countDown();
            try {
                TimeUnit.MINUTES.sleep(5);
            } catch (InterruptedException e) {
                interrupted.set(e);
            }
            return options;
        });
        CompletableFuture<GenerationResult> waiting = CompletableFuture.supplyAsync(() -> model.generate(QUESTION));
        begun.await();

        model.close();

        assertThat(interrupted.get()).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(EngineClosedException.class);
        assertThat(model.liveResources()).isZero();
    }

    @Test
    void oneThatWasNeverAskedClosesWithoutLoading() {
        LoadedModel model = LoadedModel.deferred(TinyModels.qwen().build(), options -> {
            throw new AssertionError("loaded");
        });

        model.close();

        assertThat(model.whenLoaded().toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> model.generate(QUESTION)).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(() -> model.countTokens("text")).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void refusesAPlaceThatOnlyTheLoadedModelKnowsToBeImpossible() {
        PruningOptions tooDeep = PruningOptions.builder()
                .schedule(List.of(PruningStep.builder("glimpse").at("layer 99").build()))
                .build();
        try (LoadedModel model = LoadedModel.deferred(TinyModels.qwen().build(), options -> options)) {
            model.check(tooDeep);
            assertThatThrownBy(() ->
                            model.generate(new GenerationRequest(QUESTION.turns(), tooDeep, QUESTION.generation())))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("layer 99");
        }
    }

    private static UnaryOperator<EngineOptions> slow(CountDownLatch files) {
        return options -> {
            try {
                files.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return options;
        };
    }
}
