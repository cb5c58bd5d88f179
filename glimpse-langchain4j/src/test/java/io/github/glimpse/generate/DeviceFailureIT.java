package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.NativeStandIn;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A GPU's failures, by a stand-in for the native call: who hears what, what health says, and what becomes of the next request. */
class DeviceFailureIT {

    private static final String FULL = "CUDA out of memory. Tried to allocate 20.00 MiB.";
    private static final String DEAD = "CUDA error: an illegal memory access was encountered";

    private static final GenerationRequest QUESTION = new GenerationRequest(
            List.of(ChatTurn.user("What colour is the car?", TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png"))),
            PruningOptions.defaults(),
            GenerationOptions.builder().maxOutputTokens(6).build());

    private LoadedModel model;
    private int[] ids;
    private int resources;

    @BeforeEach
    void load() {
        model = LoadedModel.load(TinyModels.qwen().build());
        ids = model.generate(QUESTION).tokenIds();
        resources = model.liveResources();
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void aFullGpuIsFreedAndAskedOnceMoreAndTheAnswerIsTheSame() {
        try (NativeStandIn gpu = NativeStandIn.failing(NativeStandIn.READING::equals, FULL)) {
            assertThat(model.generate(QUESTION).tokenIds()).isEqualTo(ids);
            assertThat(gpu.freed()).isEqualTo(1);
        }
        assertThat(model.state()).isEqualTo(EngineState.READY);
    }

    @Test
    void aLayerThatFindsTheGpuFullIsRunOnceMoreWithTheSameResult() {
        try (NativeStandIn gpu = NativeStandIn.failing(call -> call.endsWith(".layer"), FULL)) {
            assertThat(model.generate(QUESTION).tokenIds()).isEqualTo(ids);
            assertThat(gpu.freed()).isEqualTo(1);
        }
    }

    @Test
    void aGpuThatStaysFullIsBusyAndTheNextRequestIsAnswered() {
        try (NativeStandIn gpu = NativeStandIn.failing(NativeStandIn.READING::equals, FULL, FULL)) {
            assertThatThrownBy(() -> model.generate(QUESTION))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("20.00 MiB");
            assertThat(gpu.freed()).isEqualTo(1);
            assertThat(model.state()).isEqualTo(EngineState.READY);
            assertThat(model.liveResources()).isEqualTo(resources);
            assertThat(model.activeRequests()).isZero();
            assertThat(model.generate(QUESTION).tokenIds()).isEqualTo(ids);
        }
    }

    @Test
    void aLostGpuFailsTheModelForGoodAndRefusesRequestsAtOnce() {
        try (NativeStandIn gpu = NativeStandIn.failing(NativeStandIn.READING::equals, DEAD)) {
            assertThatThrownBy(() -> model.generate(QUESTION))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("illegal memory access")
                    .hasMessageContaining("restart the process");
            int calls = gpu.calls();

            assertThat(model.state()).isEqualTo(EngineState.FAILED);
            assertThatThrownBy(() -> model.generate(QUESTION))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("by an earlier request");
            assertThat(gpu.calls()).as("native calls of the refused request").isEqualTo(calls);
        }
        assertThat(model.liveResources()).isEqualTo(resources);
        assertThat(model.activeRequests()).isZero();
        assertThatThrownBy(() -> model.generate(QUESTION)).isInstanceOf(DeviceLostException.class);
    }

    @Test
    void aFailureThatComesLateAtAnInnocentCallIsTheSame() {
        try (NativeStandIn gpu = NativeStandIn.failing(call -> call.endsWith(".logits"), DEAD)) {
            assertThatThrownBy(() -> model.generate(QUESTION))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("at or before");
            assertThat(gpu.freed()).isZero();
        }
        assertThat(model.state()).isEqualTo(EngineState.FAILED);
    }

    @Test
    void anotherCudaErrorEndsTheRequestOnly() {
        try (NativeStandIn gpu = NativeStandIn.failing(NativeStandIn.READING::equals, "CUDA error: invalid argument")) {
            assertThatThrownBy(() -> model.generate(QUESTION)).isInstanceOf(NativeLibraryException.class);
            assertThat(model.state()).isEqualTo(EngineState.FAILING);
            assertThat(model.generate(QUESTION).tokenIds()).isEqualTo(ids);
            assertThat(gpu.freed()).isZero();
        }
        assertThat(model.state()).isEqualTo(EngineState.READY);
    }
}
