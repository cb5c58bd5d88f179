package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.NativeLibraryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NativeFailureTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB | DEVICE_MEMORY",
                "RuntimeError: CUDA error: out of memory | DEVICE_MEMORY",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)` | DEVICE_MEMORY",
                "CUDA error: an illegal memory access was encountered | DEVICE_LOST",
                "CUDA error: device-side assert triggered | DEVICE_LOST",
                "CUDA error: unspecified launch failure | DEVICE_LOST",
                "CUDA error: uncorrectable ECC error encountered | DEVICE_LOST",
                "CUDA error: the launch timed out and was terminated | DEVICE_LOST",
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes | HOST_MEMORY",
                "std::bad_alloc | HOST_MEMORY",
                "CUDA error: invalid argument | OTHER",
                "CUDA error: no kernel image is available for execution on the device | OTHER",
                "The size of tensor a (2) must match the size of tensor b (3) | OTHER"
            })
    void tellsKindsApartByWhatLibtorchSays(String message, NativeFailure kind) {
        assertThat(NativeFailure.in(message)).isEqualTo(kind);
    }

    @Test
    void aFullGpuIsBusyALostOneAsksForARestartAndTheRestIsTheLibrarys() {
        assertThat(NativeFailure.translated("decoder.layer", new IllegalStateException("CUDA out of memory.")))
                .isInstanceOf(EngineBusyException.class)
                .hasMessageContaining("decoder.layer")
                .hasMessageContaining("glimpse.serving.max-running");
        assertThat(NativeFailure.translated(
                        "decoder.layer", new IllegalStateException("CUDA error: device-side assert triggered")))
                .isInstanceOf(DeviceLostException.class)
                .hasMessageContaining("at or before decoder.layer")
                .hasMessageContaining("restart the process");
        assertThat(NativeFailure.translated("decoder.layer", new IllegalStateException("no such operator")))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("no such operator");
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 2_001, 100_000})
    void neverRepeatsATraceOfAnyLength(int length) {
        assertThat(NativeFailure.translated("call", new IllegalStateException("x".repeat(length)))
                        .getMessage())
                .hasSizeLessThan(2_100);
    }
}
