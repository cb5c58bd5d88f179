package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real failures of libtorch and of the heap in the middle of a request, provoked by a strategy that asks for too much. */
class NativeFailureIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");

    private @Nullable LoadedModel loaded;

    @AfterEach
    void close() {
        if (loaded != null) {
            loaded.close();
        }
    }

    @Test
    void nativeMemoryThatRunsOutEndsTheRequestOnly() {
        failsAndRecovers(FaultyStrategy::fillNativeMemory, NativeLibraryException.class, "Out of memory");
    }

    @Test
    void anOperationThatLibtorchRefusesEndsTheRequestOnly() {
        failsAndRecovers(FaultyStrategy::multiplyWhatDoesNotFit, NativeLibraryException.class, "array work failed");
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void aHeapThatRunsOutEndsTheRequestOnly() {
        failsAndRecovers(evidence -> FaultyStrategy.fillHeap(), OutOfMemoryError.class, "");
    }

    @Test
    void aStrategyThatFailsWhenItIsClosedKeepsNothingOfTheModel() {
        LoadedModel model = LoadedModel.load(TinyModels.qwen()
                .strategies(List.of(new FaultyStrategy(evidence -> {}, () -> {
                    throw new IllegalStateException("cannot be closed");
                })))
                .pruning(PruningOptions.builder().strategy(FaultyStrategy.NAME).build())
                .build());
        TorchRuntime runtime = model.runtime();
        assertThat(runtime.liveResources()).isPositive();

        model.close();

        assertThat(runtime.liveResources()).isZero();
    }

    @Test
    void aRefusedRequestIsNoFailureOfTheEngine() {
        LoadedModel model = load(evidence -> {});

        assertThatThrownBy(() -> model.generate(GenerationRequest.of(ChatTurn.user("?", new byte[] {1, 2}))))
                .isInstanceOf(io.github.glimpse.InvalidImageException.class);

        assertThat(model.state()).isEqualTo(EngineState.READY);
    }

    private void failsAndRecovers(Consumer<PruningEvidence> fault, Class<? extends Throwable> type, String message) {
        LoadedModel model = load(fault);
        int before = model.liveResources();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> model.generate(question(FaultyStrategy.NAME)))
                    .isInstanceOf(type)
                    .hasMessageContaining(message)
                    .satisfies(e -> assertThat(e.getCause() == null || e.getCause() instanceof EngineException)
                            .isTrue());
            assertThat(model.state()).isEqualTo(EngineState.FAILING);
            assertThat(model.activeRequests()).isZero();
            assertThat(model.liveResources()).isEqualTo(before);
        }

        assertThat(model.generate(question("glimpse")).tokenIds()).hasSize(4);
        assertThat(model.state()).isEqualTo(EngineState.READY);
        assertThat(model.liveResources()).isEqualTo(before);
    }

    private LoadedModel load(Consumer<PruningEvidence> fault) {
        LoadedModel model = LoadedModel.load(
                TinyModels.qwen().strategies(List.of(new FaultyStrategy(fault))).build());
        loaded = model;
        return model;
    }

    private static GenerationRequest question(String strategy) {
        return new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", PICTURE)),
                PruningOptions.builder().strategy(strategy).build(),
                GenerationOptions.builder().maxOutputTokens(4).build());
    }
}
