package io.github.glimpse.engine;

import io.github.glimpse.UnsupportedModelException;
import org.jspecify.annotations.Nullable;

/** Chooses compute type and weight format from what is stored, what was asked for and what the machine can do. */
public final class Numerics {

    private Numerics() {}

    /**
     * The compute type.
     *
     * <p>Without a wish: the stored type, except float16 on a CPU, whose products in float16 are slow: bfloat16 where the
     * CPU packs it, else float32.
     *
     * @param wanted the type asked for, or null for the rule above
     * @param stored the type of the checkpoint's matrices
     */
    public static Dtype dtype(TorchRuntime runtime, @Nullable Dtype wanted, Dtype stored) {
        if (wanted != null) {
            return wanted;
        }
        if (stored == Dtype.FLOAT16 && !runtime.onGpu()) {
            return runtime.packsBfloat16() ? Dtype.BFLOAT16 : Dtype.FLOAT32;
        }
        return stored;
    }

    static WeightFormat format(TorchRuntime runtime, Dtype dtype, WeightFormat wanted) {
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
