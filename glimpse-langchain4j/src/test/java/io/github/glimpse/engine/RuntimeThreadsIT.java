package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.JniUtils;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class RuntimeThreadsIT {

    @Test
    void aModelWithoutANumberTakesTheLibrarysOwnAfterOneThatHadANumber() {
        int own = threads(RuntimeOptions.DEFAULT_THREADS);

        assertThat(threads(own + 3)).isEqualTo(own + 3);

        assertThat(threads(RuntimeOptions.DEFAULT_THREADS)).isEqualTo(own);
    }

    @Test
    void everyThreadComputesWithTheNumberOfTheLastModelWhoeverOpenedItAndWhatItComputedBefore() throws Exception {
        ExecutorService first = Executors.newSingleThreadExecutor();
        ExecutorService second = Executors.newSingleThreadExecutor();
        try (TorchRuntime runtime = start(RuntimeOptions.DEFAULT_THREADS)) {
            int own = runtime.threads();
            assertThat(first.submit(() -> nativeThreads(runtime)).get()).isEqualTo(own);

            second.submit(() -> start(own + 3)).get().close();

            assertThat(runtime.threads()).isEqualTo(own + 3);
            assertThat(first.submit(() -> nativeThreads(runtime)).get()).isEqualTo(own + 3);
            assertThat(nativeThreads(runtime)).isEqualTo(own + 3);

            first.submit(() -> start(RuntimeOptions.DEFAULT_THREADS)).get().close();

            assertThat(nativeThreads(runtime)).isEqualTo(own);
            assertThat(second.submit(() -> nativeThreads(runtime)).get()).isEqualTo(own);
            ExecutorService third = Executors.newSingleThreadExecutor();
            try {
                assertThat(third.submit(() -> nativeThreads(runtime)).get()).isEqualTo(own);
            } finally {
                third.shutdown();
            }
        } finally {
            first.shutdown();
            second.shutdown();
        }
    }

    @Test
    void aThreadThatComputesAloneStaysSoAndOthersHaveTheirNumber() throws Exception {
        ExecutorService alone = Executors.newSingleThreadExecutor();
        ExecutorService before = Executors.newSingleThreadExecutor();
        ExecutorService behind = Executors.newSingleThreadExecutor();
        try (TorchRuntime runtime = start(3)) {
            before.submit(runtime::prepareThread).get();

            alone.submit(TorchRuntime::computeAlone).get();

            assertThat(alone.submit(() -> nativeThreads(runtime)).get()).isEqualTo(1);
            assertThat(before.submit(() -> JniUtils.getNumThreads()).get()).isEqualTo(3);
            assertThat(behind.submit(() -> nativeThreads(runtime)).get()).isEqualTo(3);
            start(2).close();
            assertThat(alone.submit(() -> nativeThreads(runtime)).get()).isEqualTo(1);
            assertThat(before.submit(() -> nativeThreads(runtime)).get()).isEqualTo(2);
        } finally {
            alone.shutdown();
            before.shutdown();
            behind.shutdown();
        }
    }

    private static int nativeThreads(TorchRuntime runtime) {
        runtime.prepareThread();
        return JniUtils.getNumThreads();
    }

    @Test
    void refusesANumberThatWouldEndTheProcess() {
        assertThatThrownBy(() -> threads(Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads is 2147483647, it must be from 1 to 1024 (0 for the default)");
    }

    private static int threads(int wanted) {
        try (TorchRuntime runtime = start(wanted)) {
            return runtime.threads();
        }
    }

    private static TorchRuntime start(int threads) {
        return TorchRuntime.start(new RuntimeOptions("cpu", threads, NativeDownload.FORBIDDEN));
    }
}
