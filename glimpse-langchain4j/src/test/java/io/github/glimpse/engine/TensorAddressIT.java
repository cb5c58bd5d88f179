package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Pointer;
import org.junit.jupiter.api.Test;

class TensorAddressIT {

    @Test
    void theNumbersOfATensorLieAtItsAddress() {
        try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                TensorScope scope = runtime.openScope()) {
            assumeFalse(runtime.onGpu(), "what lies on a GPU is not read from here");
            NDArray tensor = scope.floats(new float[] {3, 1, 4, 1, 5}, 5);

            assertThat(new Pointer(TensorAddress.of(tensor)).getFloatArray(0, 5))
                    .containsExactly(3, 1, 4, 1, 5);
        }
    }
}
