package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NativeLibraryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {

    private static final String REASON = "Found no NVIDIA driver on your system.";

    private static DeviceChoice.Trial gpus(int count) {
        return gpu -> gpu < count ? null : REASON;
    }

    @Test
    void autoTakesTheGpuThatLibtorchComputesOn() {
        DeviceChoice choice = DeviceChoice.of("auto", true, gpus(2));

        assertThat(DeviceChoice.label(choice.device())).isEqualTo("cuda:0");
        assertThat(choice.unusedGpu()).isNull();
    }

    @Test
    void autoTakesTheCpuAndHasLibtorchsReasonWhereAGpuWasToBeExpected() {
        DeviceChoice choice = DeviceChoice.of("auto", true, gpus(0));

        assertThat(DeviceChoice.label(choice.device())).isEqualTo("cpu");
        assertThat(choice.unusedGpu()).isEqualTo(REASON);
    }

    @Test
    void autoTakesTheCpuWithoutAWordWhereThereIsNoSignOfAGpu() {
        assertThat(DeviceChoice.of("auto", false, gpus(0)).unusedGpu()).isNull();
    }

    @Test
    void theCpuIsTakenWithoutTryingAnything() {
        assertThat(DeviceChoice.of("CPU ", true, gpu -> {
                            throw new IllegalStateException("tried");
                        })
                        .device()
                        .isGpu())
                .isFalse();
    }

    @Test
    void aGpuOfANumberIsThatOne() {
        assertThat(DeviceChoice.label(DeviceChoice.of("cuda:1", true, gpus(2)).device()))
                .isEqualTo("cuda:1");
        assertThat(DeviceChoice.label(DeviceChoice.of("cuda", true, gpus(2)).device()))
                .isEqualTo("cuda:0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void aGpuThatIsNotThereIsRefusedWithTheCountAndLibtorchsReason(int count) {
        assertThatThrownBy(() -> DeviceChoice.of("cuda:" + count, true, gpus(count)))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("libtorch can use " + count + " GPUs")
                .hasMessageContaining(REASON)
                .hasMessageNotContainingAny("pytorch-native-cpu");
    }
}
