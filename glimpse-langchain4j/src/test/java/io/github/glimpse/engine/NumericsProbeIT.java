package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import org.junit.jupiter.api.Test;

class NumericsProbeIT {

    @Test
    void allModelsOfAProcessTakeTheKernelsThatTheFirstOneMeasured() {
        RuntimeOptions options = new RuntimeOptions("cpu", RuntimeOptions.DEFAULT_THREADS, NativeDownload.FORBIDDEN);
        try (TorchRuntime first = TorchRuntime.start(options);
                TorchRuntime second = TorchRuntime.start(options)) {
            assertThat(NumericsProbe.run(second)).isSameAs(NumericsProbe.run(first));
        }
    }
}
