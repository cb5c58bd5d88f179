package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.ShapeMismatchException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes weights of 8 bits: of wider ones, or of the numbers that a checkpoint holds. For one thread. */
final class Int8Weights implements AutoCloseable {

    /** The largest number of 8 bits, of weights of as many. */
    static final int EIGHT_BITS = 127;

    /** The largest that older kernels add exactly: two products with inputs up to 255 fit 16 bits. */
    static final int SEVEN_BITS = 64;

    private static final String SCALE = "_scale";

    private final Graph graph;
    private final TorchRuntime runtime;
    private final int most;
    private final boolean packsBfloat16;
    private final NDArray none;

    /** @param owner owns what stands for an empty part */
    Int8Weights(TorchRuntime runtime, TensorScope owner) {
        this.graph = Graph.named("int8 weights")
                .with(Weights.class, "weights")
                .with(Int8Weights.class, "int8")
                .compile(runtime);
        this.runtime = runtime;
        this.most = runtime.largestInt8();
        this.packsBfloat16 = runtime.packsBfloat16();
        this.none = owner.floats(new float[0], 0);
    }

    /** The largest weight whose products run here and are exact, 0 for none. */
    static int largest(TorchRuntime runtime) {
        try (Graph graph = Graph.named("int8 probe")
                        .with(Weights.class, "weights")
                        .with(Int8Weights.class, "int8")
                        .compile(runtime);
                TensorScope scope = runtime.openScope()) {
            return IntStream.of(EIGHT_BITS, SEVEN_BITS)
                    .filter(most -> HostValues.longs(
                                    graph.call("exact_products").with(most).run(scope))[0]
                            == 1)
                    .findFirst()
                    .orElse(0);
        } catch (NativeLibraryException notOffered) {
            return 0;
        }
    }

    /** A layer in 16 bits. */
    List<NDArray> wide(NDArray weight, NDArray bias) {
        return List.of(weight, bias, none, none, none, none);
    }

    /** A layer in 16 bits whose input is watched. */
    List<NDArray> watched(NDArray weight, NDArray bias, String layer, long in, Int8Plan plan, TensorScope owner) {
        NDArray peaks = graph.call("no_peaks").with(in).run(owner);
        plan.watch(layer, peaks);
        return List.of(weight, bias, peaks, none, none, none);
    }

    /**
     * Layers of one input, one below the other, in 8 bits, or in 7 where no more are exact.
     *
     * @param weights {@code [out, in]} each, of any type that models compute in
     * @param kept columns of the input that stay in 16 bits
     * @throws ModelFilesException if a weight holds what is not a number
     */
    List<NDArray> narrowed(List<String> names, List<NDArray> weights, NDArray bias, int[] kept, TensorScope owner) {
        NDArray columns = kept.length == 0 ? none : owner.indices(kept);
        try (TensorScope step = owner.openChild()) {
            List<NDArray> units = new ArrayList<>();
            List<NDArray> numbers = new ArrayList<>();
            List<NDArray> keptParts = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                NDArray weight = weights.get(i);
                NDArray worth = units(names.get(i), weight, columns, step);
                units.add(worth);
                numbers.add(graph.call("numbers_of")
                        .with(weight)
                        .with(worth)
                        .with(columns)
                        .run(step));
                if (kept.length > 0) {
                    keptParts.add(kept(weight, worth, columns, step));
                }
            }
            NDArray all = joined(units, owner);
            List<NDArray> whole = new ArrayList<>(List.of(joined(numbers, step)));
            if (kept.length == 0) {
                return layer(whole, bias, all, none, none, owner);
            }
            if (packsBfloat16) {
                NDArray packed = PackedShape.of(all.size(), kept.length, runtime.multipliesTiles(), false)
                        .pack(keptParts, graph, owner);
                return layer(whole, bias, all, columns, packed, owner);
            }
            whole.add(joined(keptParts, step));
            return layer(whole, bias, all, columns, none, owner);
        }
    }

    /** One below the other; the only one as it is. */
    private NDArray joined(List<NDArray> parts, TensorScope owner) {
        return graph.call("joined").with(parts).run(owner);
    }

    /** What the 1 of each row is worth. */
    private NDArray units(String name, NDArray weight, NDArray columns, TensorScope owner) {
        // Columns that get numbers too must fit them.
        NDArray units = graph.call("row_units")
                .with(weight)
                .with(packsBfloat16 ? columns : none)
                .with(most)
                .run(owner);
        float[] worth = HostValues.floats(units);
        for (int row = 0; row < worth.length; row++) {
            if (!Float.isFinite(worth[row])) {
                throw new ModelFilesException("The tensor '" + name + "' has " + worth[row] + " in row " + row
                        + ", and a weight of 8 bits must be a number; get the file anew");
            }
        }
        return units;
    }

    /** The columns that stay: in 16 bits, or as numbers for a product of their own where these cannot be packed. */
    private NDArray kept(NDArray weight, NDArray units, NDArray columns, TensorScope owner) {
        return packsBfloat16
                ? graph.call("kept_columns").with(weight).with(columns).run(owner)
                : graph.call("kept_numbers")
                        .with(weight)
                        .with(units)
                        .with(columns)
                        .run(owner);
    }

    /**
     * A layer of whole numbers.
     *
     * @param numbers of the weight {@code [out, in]}, and of the columns that stay {@code [out, columns]} if these are numbers too
     * @param kept these columns in 16 bits, or empty
     */
    private List<NDArray> layer(
            List<NDArray> numbers, NDArray bias, NDArray units, NDArray columns, NDArray kept, TensorScope owner) {
        boolean fbgemm = Int8Kernels.areFbgemms(runtime, graph, most);
        List<NDArray> packed = numbers.stream()
                .map(each -> fbgemm
                        ? packForFbgemm(each, owner)
                        : graph.call("pack_numbers").with(each).run(owner))
                .toList();
        NDArray sums = fbgemm ? graph.call("sums_of").with(numbers).run(owner) : none;
        return List.of(packed.get(0), bias, units, columns, packed.size() > 1 ? packed.get(1) : kept, sums);
    }

    /** fbgemm's layout is behind a handle of some bytes. */
    private NDArray packForFbgemm(NDArray numbers, TensorScope owner) {
        NDArray packed = graph.call("pack_for_fbgemm").with(numbers).run(owner);
        HostValues.setBytes(packed, numbers.size());
        return packed;
    }

    /** Layers of one input that the checkpoint holds in 8 bits, one below the other: {@code numbers [out, in]} int8. */
    List<NDArray> stored(List<NDArray> numbers, NDArray bias, List<float[]> units, TensorScope owner) {
        FloatBuffer all = FloatBuffer.allocate(
                units.stream().mapToInt(each -> each.length).sum());
        units.forEach(all::put);
        try (TensorScope step = owner.openChild()) {
            return layer(
                    List.of(joined(numbers, step)), bias, owner.floats(all.array(), all.capacity()), none, none, owner);
        }
    }

    /** Such a layer's weight as it was before. */
    NDArray widened(NDArray numbers, float[] units, Dtype dtype, TensorScope owner) {
        return graph.call("widened")
                .with(numbers)
                .with(owner.floats(units, units.length))
                .with(dtype.code())
                .run(owner);
    }

    /**
     * What the 1 of each row of a stored weight is worth.
     *
     * @param weight numbers of 8 bits
     * @throws ModelFilesException if they are not there, or not positive numbers
     */
    static float[] units(Map<String, TensorEntry> entries, TensorEntry weight) {
        String name = weight.name() + SCALE;
        TensorEntry scale = entries.get(name);
        if (scale == null || !scale.type().isFloatingPoint()) {
            throw new ModelFilesException("The tensor '" + weight.name() + "' is stored as I8, but '" + name + "' is "
                    + (scale == null ? "missing" : "stored as " + scale.type().label())
                    + "; it must be F32, BF16 or F16 with one value for each row: use a folder of the form"
                    + " compressed-tensors with int8 weights by channel");
        }
        long out = weight.shape()[0];
        if (!Arrays.equals(scale.shape(), new long[] {out, 1}) && !Arrays.equals(scale.shape(), new long[] {out})) {
            throw new ShapeMismatchException("The tensor '" + name + "' has shape " + Arrays.toString(scale.shape())
                    + ", but [" + out + ", 1] is needed, one value for each row of the weight; use a folder whose"
                    + " weights are quantised by channel");
        }
        float[] units = SafetensorsFile.floats(scale);
        for (int row = 0; row < units.length; row++) {
            if (!(units[row] > 0 && units[row] < Float.POSITIVE_INFINITY)) {
                throw new ModelFilesException("The tensor '" + name + "' has " + units[row] + " in row " + row
                        + ", but scales are positive numbers; get the file anew");
            }
        }
        return units;
    }

    /** Whether a checkpoint holds linear layers in 8 bits, and says what they are worth: other such numbers are no weights. */
    static boolean areIn(TensorEntries entries) {
        return entries.byName().values().stream()
                .anyMatch(entry -> isStored(entry) && entries.has(entry.name() + SCALE));
    }

    /** Whether a tensor is held in 8 bits. */
    static boolean isStored(@Nullable TensorEntry entry) {
        return entry != null && entry.type() == StoredType.I8;
    }

    @Override
    public void close() {
        graph.close();
    }
}
