package io.github.glimpse.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Hardware that some tests need, each found as the library finds it. {@code docs/lab/hardware-tests.md} lists these tests. */
public enum HardwareFeature {
    /** Any x86_64 CPU. */
    X86_64("an x86_64 CPU", runtime -> System.getProperty("os.arch").equals("amd64")),

    /** Kernels for weights as checkpoints store them. */
    ROW_KERNELS("kernels for weights as stored: Linux, x86_64, AVX2 and FMA", TorchRuntime::multipliesRows),

    /** oneDNN's products by packed bfloat16 weights. */
    PACKED_BFLOAT16("packed bfloat16 products of oneDNN: x86_64 with AVX-512 or AMX", TorchRuntime::packsBfloat16),

    /** Several rows of one sequence in a step, as prompt lookup needs. */
    ROWS_AT_ONCE(
            "products of several rows at once: PACKED_BFLOAT16 or ROW_KERNELS",
            runtime -> runtime.packsBfloat16() || runtime.multipliesRows()),

    /** Kernels for packed weights. */
    PACKED_KERNELS("kernels for packed weights: Linux, x86_64, AVX-512 BF16 and VNNI", TorchRuntime::multipliesFewRows),

    /** Packed and stored weights give equal bits. */
    EQUAL_BITS_PACKED(
            "equal bits by packed and by stored weights: AVX-512 BF16 and no AMX", TorchRuntime::multipliesAsPacked),

    /** Exact products by int8 weights of some range. */
    INT8("exact int8 products: x86_64 with AVX2", TorchRuntime::multipliesInt8),

    /** Exact products by int8 weights of the full range. */
    INT8_FULL_RANGE("exact int8 products of weights up to 127: VNNI", runtime -> runtime.largestInt8() == 127),

    /** A GPU whose attention kernel takes rows of several sequences. */
    GPU_ATTENTION("an NVIDIA GPU from Ampere on", TorchRuntime::attendsTogether);

    private static final Map<HardwareFeature, Boolean> FOUND = new ConcurrentHashMap<>();

    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas and method references without state
    private final Predicate<TorchRuntime> predicate;

    HardwareFeature(String sentence, Predicate<TorchRuntime> predicate) {
        this.sentence = sentence;
        this.predicate = predicate;
    }

    /** Description, with the hardware that has it. */
    public String sentence() {
        return sentence;
    }

    /** Whether this machine has it; found once in a process. */
    public boolean isHere() {
        return FOUND.computeIfAbsent(this, feature -> {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults())) {
                return feature.predicate.test(runtime);
            }
        });
    }
}
