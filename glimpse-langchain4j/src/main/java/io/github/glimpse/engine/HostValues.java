package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;

/**
 * The one way of a tensor's values into Java. On a GPU it waits for all work that was asked for before, so failures of that
 * work come out here, as errors of ours.
 */
public final class HostValues {

    private static final String READING = "the reading of values";

    private HostValues() {}

    /**
     * The values of a float32 tensor, row after row.
     *
     * @throws io.github.glimpse.EngineBusyException if the GPU's memory is full
     * @throws io.github.glimpse.DeviceLostException if the GPU has failed for good
     * @throws io.github.glimpse.NativeLibraryException if the native library fails otherwise
     */
    public static float[] floats(NDArray tensor) {
        return NativeCall.repeatable(READING, tensor::toFloatArray);
    }

    /** The values of an int64 tensor; fails like {@link #floats}. */
    public static long[] longs(NDArray tensor) {
        return NativeCall.repeatable(READING, tensor::toLongArray);
    }
}
