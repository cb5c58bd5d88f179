package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import org.junit.jupiter.api.Test;

class RuntimeThreadsIT {

    @Test
    void aModelWithoutANumberTakesTheLibrarysOwnAfterOneThatHadANumber() {
        int own = threads(RuntimeOptions.DEFAULT_THREADS);

        assertThat(threads(own + 3)).isEqualTo(own + 3);

        assertThat(threads(RuntimeOptions.DEFAULT_THREADS)).isEqualTo(own);
    }

    @Test
    void refusesANumberThatWouldEndTheProcess() {
        assertThatThrownBy(() -> threads(Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads is 2147483647, it must be from 1 to 1024 (0 for the default)");
    }

    private static int threads(int wanted) {
        try (TorchRuntime runtime = TorchRuntime.start(new RuntimeOptions("cpu", wanted, NativeDownload.FORBIDDEN))) {
            return runtime.threads();
        }
    }
}
