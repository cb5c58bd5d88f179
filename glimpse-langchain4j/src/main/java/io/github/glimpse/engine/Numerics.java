package io.github.glimpse.engine;

import io.github.glimpse.UnsupportedModelException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses compute type and weight format from what is stored, what was asked for and what the machine can do. */
public final class Numerics {

    private static final Logger LOG = LoggerFactory.getLogger(Numerics.class);

    private Numerics() {}

    /**
     * The compute type.
     *
     * <p>Without a wish: the stored type, except float16 on a CPU, whose products in float16 are slow: bfloat16 where the
     * CPU packs it, else float32. On a GPU half precision throughout: bfloat16 for float32 and bfloat16 from compute capability
     * 8.0 on, float16 before, where products in bfloat16 have no hardware.
     *
     * @param wanted the type asked for, or null for the rule above
     * @param stored the type of the checkpoint's matrices
     */
    public static Dtype dtype(TorchRuntime runtime, @Nullable Dtype wanted, Dtype stored) {
        if (wanted != null) {
            return wanted;
        }
        if (runtime.onGpu()) {
            return runtime.gpu().map(gpu -> onGpu(gpu, stored)).orElse(stored);
        }
        if (stored == Dtype.FLOAT16) {
            return runtime.packsBfloat16() ? Dtype.BFLOAT16 : Dtype.FLOAT32;
        }
        return stored;
    }

    static Dtype onGpu(GpuDescription gpu, Dtype stored) {
        if (!gpu.hasBfloat16()) {
            return Dtype.FLOAT16;
        }
        return stored == Dtype.FLOAT32 ? Dtype.BFLOAT16 : stored;
    }

    /**
     * Checks that weights can be numbers of 8 bits, and warns where they become numbers of fewer.
     *
     * @param name of the model, for the log
     * @throws UnsupportedModelException if this machine does not multiply them, or not exactly
     */
    public static void requireInt8(TorchRuntime runtime, String name) {
        requireInt8(runtime);
        if (runtime.largestInt8() < Int8Weights.EIGHT_BITS) {
            LOG.warn(
                    "This CPU has no VNNI: weights of {} become numbers up to {} instead of 127, so that sums stay exact; that"
                            + " doubles their error",
                    name,
                    runtime.largestInt8());
        }
    }

    private static void requireInt8(TorchRuntime runtime) {
        if (!runtime.multipliesInt8()) {
            throw new UnsupportedModelException(
                    "Weights of 8 bits need a CPU whose products of 8 bits are exact, as those of x86 with AVX2 or later;"
                            + " they do not run, or are not exact, on " + runtime.deviceName()
                            + "; use glimpse.weights=auto");
        }
    }

    static WeightFormat format(TorchRuntime runtime, Dtype dtype, WeightFormat wanted) {
        if (wanted == WeightFormat.INT8) {
            requireInt8(runtime);
        }
        if (runtime.onGpu()) {
            // Weights lie in the GPU's memory as they are; how a CPU would like them does not matter.
            return WeightFormat.MAPPED;
        }
        boolean canPack = dtype == Dtype.BFLOAT16 && runtime.packsBfloat16();
        if (wanted == WeightFormat.PACKED && !canPack) {
            throw new UnsupportedModelException(
                    "Packed weights need bfloat16 and a CPU with its instructions; the model computes in "
                            + dtype.label() + " on " + runtime.deviceName() + "; use glimpse.weights=auto");
        }
        if (wanted == WeightFormat.AUTO) {
            return canPack ? WeightFormat.PACKED : WeightFormat.MAPPED;
        }
        return wanted;
    }
}
