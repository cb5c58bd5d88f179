package io.github.glimpse.engine;

import ai.djl.Device;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.UnsupportedModelException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns the value of {@code glimpse.device} into a device: {@code auto} (a GPU if libtorch can use one), {@code cpu}, {@code cuda}
 * (the first GPU) or {@code cuda:N}.
 *
 * @param device what was chosen
 * @param reason why, in a few words
 * @param unusedGpu why a GPU that seems to be there is left alone, for a warning; null if none is
 */
record DeviceChoice(Device device, String reason, @Nullable String unusedGpu) {

    /** More GPUs than any machine has. */
    private static final int MOST_GPUS = 64;

    /** Tries a GPU. */
    @FunctionalInterface
    interface Trial {

        /** Null if libtorch computes on the GPU of this number, else what it says. */
        @Nullable
        String failure(int gpu);
    }

    /**
     * Chooses.
     *
     * @param gpuExpected whether the machine has a driver or libtorch was built for CUDA, so that the CPU is a surprise
     * @throws NativeLibraryException if the wanted GPU cannot be used; the message has libtorch's reason
     * @throws UnsupportedModelException if the name is not known
     */
    static DeviceChoice of(String choice, boolean gpuExpected, Trial trial) {
        String text = choice.strip().toLowerCase(Locale.ROOT);
        if (text.equals("cpu")) {
            return new DeviceChoice(Device.cpu(), "glimpse.device is cpu", null);
        }
        if (text.equals("auto")) {
            String failure = trial.failure(0);
            if (failure == null) {
                return new DeviceChoice(Device.gpu(0), "libtorch computes on the first GPU", null);
            }
            return new DeviceChoice(Device.cpu(), "libtorch has no GPU: " + failure, gpuExpected ? failure : null);
        }
        if (!text.matches("cuda(:[0-9]{1,3})?")) {
            throw new UnsupportedModelException(
                    "The device '" + choice + "' is not known; use auto, cpu, cuda or cuda:N");
        }
        int index = text.equals("cuda") ? 0 : Integer.parseInt(text.substring("cuda:".length()));
        String failure = trial.failure(index);
        if (failure == null) {
            return new DeviceChoice(Device.gpu(index), "glimpse.device is " + text, null);
        }
        throw new NativeLibraryException("The device '" + choice + "' was asked for, but libtorch can use "
                + count(trial) + " GPUs (" + failure + "); use a GPU that is there, install a CUDA libtorch "
                + TorchRuntime.LIBTORCH_VERSION + " (docs/guide/gpu.md), or use glimpse.device=cpu");
    }

    private static int count(Trial trial) {
        int count = 0;
        while (count < MOST_GPUS && trial.failure(count) == null) {
            count++;
        }
        return count;
    }

    /** The device of a name that {@link #label} gave. */
    static Device device(String label) {
        return label.equals("cpu") ? Device.cpu() : Device.gpu(Integer.parseInt(label.substring("cuda:".length())));
    }

    /** The device's name in compute text: {@code cpu} or {@code cuda:N}. */
    static String label(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }
}
