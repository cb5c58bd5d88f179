package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a device can do, found in a second or two of its time.
 *
 * @param operations each optional operation and {@code runs}, or why it does not
 * @param copyBytesPerSecond bytes that a large copy reads and writes in a second
 * @param launchSeconds from the start of a tiny operation to that of the next
 */
public record DeviceCheck(Map<String, String> operations, double copyBytesPerSecond, double launchSeconds) {

    /** What an operation is said to do that gives what it should. */
    public static final String RUNS = "runs";

    // What bfloat16 itself rounds to; an operation that is not there gives something else altogether.
    private static final float HALF_PRECISION = 1f / 128;
    private static final int HOST_NUMBERS = 1 << 24;
    private static final int DEVICE_NUMBERS = 1 << 28;
    private static final int COPIES = 10;
    private static final int LAUNCHES = 1_000;
    private static final int ROUNDS = 5;

    /** Copies the map. */
    public DeviceCheck {
        operations = Collections.unmodifiableMap(new LinkedHashMap<>(operations));
    }

    /**
     * Measures.
     *
     * @throws io.github.glimpse.GlimpseException if not even copies and additions work
     */
    public static DeviceCheck of(TorchRuntime runtime) {
        try (Graph graph = Graph.named("check").with(DeviceCheck.class, "check").compile(runtime);
                TensorScope scope = runtime.openScope()) {
            Map<String, String> operations = new LinkedHashMap<>();
            for (Dtype type : new Dtype[] {Dtype.FLOAT32, Dtype.BFLOAT16, Dtype.FLOAT16}) {
                operations.put("product in " + type.label(), outcome(graph, "product", 16, type, runtime, scope));
                operations.put("attention in " + type.label(), outcome(graph, "attention", 1, type, runtime, scope));
            }
            return new DeviceCheck(operations, copyRate(graph, runtime, scope), launch(graph, runtime, scope));
        }
    }

    private static String outcome(
            Graph graph, String method, float expected, Dtype type, TorchRuntime runtime, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            float[] values = HostValues.floats(graph.call(method)
                    .with(runtime.deviceName())
                    .with(type.code())
                    .run(step));
            for (float value : values) {
                if (!(Math.abs(value - expected) <= expected * HALF_PRECISION)) {
                    return String.format(Locale.ROOT, "gives %s, not %s", value, expected);
                }
            }
            return RUNS;
        } catch (GlimpseException e) {
            return "does not run: " + TorchRuntime.reason(e);
        }
    }

    private static double copyRate(Graph graph, TorchRuntime runtime, TensorScope scope) {
        long free = runtime.freeDeviceBytes();
        boolean large = runtime.onGpu() && (free < 0 || free > 8L * Float.BYTES * DEVICE_NUMBERS);
        long numbers = large ? DEVICE_NUMBERS : HOST_NUMBERS;
        try (TensorScope step = scope.openChild()) {
            NDArray source =
                    graph.call("ones").with(runtime.deviceName()).with(numbers).run(step);
            NDArray target =
                    graph.call("ones").with(runtime.deviceName()).with(numbers).run(step);
            double seconds = fastest(() ->
                    graph.call("copies").with(target).with(source).with(COPIES).run(step));
            return 2.0 * Float.BYTES * numbers * COPIES / seconds;
        }
    }

    private static double launch(Graph graph, TorchRuntime runtime, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            NDArray one = graph.call("ones").with(runtime.deviceName()).with(1).run(step);
            return fastest(() ->
                            graph.call("additions").with(one).with(LAUNCHES).run(step))
                    / LAUNCHES;
        }
    }

    /** Reading the result waits for the work. */
    private static double fastest(Supplier<NDArray> work) {
        double[] seconds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            HostValues.floats(work.get());
            seconds[round] = (System.nanoTime() - start) / 1e9;
        }
        return Arrays.stream(seconds).min().orElseThrow();
    }
}
