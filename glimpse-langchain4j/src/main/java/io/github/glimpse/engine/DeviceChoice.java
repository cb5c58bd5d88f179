package io.github.glimpse.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.UnsupportedModelException;
import java.util.Locale;

/**
 * Turns the value of {@code glimpse.device} into a device: {@code auto} (a GPU if the native library sees one), {@code cpu},
 * {@code cuda} (the first GPU) or {@code cuda:N}.
 */
final class DeviceChoice {

    private DeviceChoice() {}

    static Device of(String choice, Engine engine) {
        String text = choice.strip().toLowerCase(Locale.ROOT);
        int gpus = engine.getGpuCount();
        if (text.equals("auto")) {
            return gpus > 0 ? Device.gpu(0) : Device.cpu();
        }
        if (text.equals("cpu")) {
            return Device.cpu();
        }
        if (!text.matches("cuda(:[0-9]{1,3})?")) {
            throw new UnsupportedModelException(
                    "The device '" + choice + "' is not known; use auto, cpu, cuda or cuda:N");
        }
        int index = text.equals("cuda") ? 0 : Integer.parseInt(text.substring("cuda:".length()));
        if (index >= gpus) {
            throw new NativeLibraryException(
                    "The device '" + choice + "' was asked for, but the native library sees " + gpus
                            + " GPUs; install a CUDA libtorch " + TorchRuntime.LIBTORCH_VERSION
                            + " (docs/guide/gpu.md) or use glimpse.device=cpu");
        }
        return Device.gpu(index);
    }

    /** The device's name in compute text: {@code cpu} or {@code cuda:N}. */
    static String label(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }
}
