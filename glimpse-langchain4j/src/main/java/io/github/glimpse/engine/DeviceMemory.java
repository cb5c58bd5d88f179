package io.github.glimpse.engine;

import io.github.glimpse.NativeLibraryException;
import java.util.Locale;

/** Whether a model will fit a GPU, asked before anything is copied. */
final class DeviceMemory {

    private static final double GIB = 1L << 30;

    private DeviceMemory() {}

    /**
     * Checks.
     *
     * @param weightBytes of the checkpoint in the compute type
     * @param cacheBytes of the keys and values of a request
     * @param freeBytes of the GPU, negative if unknown
     * @throws NativeLibraryException if that is more than there is
     */
    static void require(long weightBytes, long cacheBytes, long freeBytes) {
        if (freeBytes >= 0 && weightBytes + cacheBytes > freeBytes) {
            throw new NativeLibraryException("The model needs " + gib(weightBytes) + " for weights and "
                    + gib(cacheBytes) + " for the keys and values of a request, together "
                    + gib(weightBytes + cacheBytes) + ", but the GPU has " + gib(freeBytes)
                    + " free; lower glimpse.limits.max-input-tokens, end what else uses the"
                    + " GPU, or use glimpse.device=cpu");
        }
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
    }
}
