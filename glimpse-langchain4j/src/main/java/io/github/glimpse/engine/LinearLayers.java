package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The linear layers of a model for {@link WeightNames#products}: each by itself or those of one input as one, in the compute type or in numbers of 8
 * bits, packed at once, later or never. For one thread.
 */
final class LinearLayers {

    /**
     * One of several linear layers of one input.
     *
     * @param bias empty for none
     * @param wide whether it stays in 16 bits
     */
    record Part(String name, NDArray bias, long out, boolean wide) {}

    private final PlacedTensors tensors;
    private final TensorEntries entries;
    private final WeightPacking packing;
    private final Int8Weights int8;
    private final @Nullable Int8Plan plan;
    private final boolean packsLater;
    private final boolean holdsInt8;

    /**
     * Makes none yet.
     *
     * @param plan what stays in 16 bits where weights are numbers of 8; filled in other formats; null for nothing
     * @param packsLater whether those that are to be packed stay mapped until {@link WeightPacking} packs them
     */
    LinearLayers(PlacedTensors tensors, @Nullable Int8Plan plan, boolean packsLater) {
        this.tensors = tensors;
        this.entries = tensors.entries();
        this.packing = tensors.packing();
        this.int8 = tensors.int8();
        this.plan = plan;
        this.packsLater = packsLater && tensors.format() == WeightFormat.PACKED;
        this.holdsInt8 = Int8Weights.areIn(entries);
    }

    /** Whether queries and keys of a layer of the decoder stay in 16 bits. */
    boolean isExact(int layer) {
        return plan != null && plan.isExact(layer);
    }

    /**
     * One layer.
     *
     * @param input the name under which its input is watched
     * @param steps whether the steps of answers multiply by it
     */
    List<NDArray> product(String name, NDArray bias, String input, long out, long in, boolean steps) {
        TensorEntry entry = entries.matrix(name, out, in);
        if (isNarrow(entry)) {
            return narrow(List.of(entry), bias, input);
        }
        NDArray weight = isPackedLater(entry) ? later(entry, steps) : tensors.matrix(name, out, in, steps);
        return watched(weight, bias, name, input, in);
    }

    /** Some rows of a matrix that holds several layers, which share their input. */
    List<NDArray> productRows(String name, NDArray bias, long rows, long in, long from, long count) {
        TensorEntry entry = entries.entry(name, rows, in).rows(from, count);
        if (isNarrow(entry)) {
            return narrow(List.of(entry), bias, name);
        }
        NDArray weight = isPackedLater(entry) ? later(entry, false) : tensors.matrix(entry, count, in, false);
        return from == 0 ? watched(weight, bias, name, name, in) : wide(weight, bias);
    }

    /** Layers of one input; see {@link WeightPath#products}. */
    List<List<NDArray>> products(List<Part> parts, long in) {
        String input = parts.get(0).name();
        List<TensorEntry> found = parts.stream()
                .map(part -> entries.matrix(part.name(), part.out(), in))
                .toList();
        boolean narrow = areNarrow(parts, found);
        if (tensors.format() != WeightFormat.PACKED && !narrow) {
            return parts.stream()
                    .map(part -> part.wide()
                            ? wide(tensors.matrix(part.name(), part.out(), in, true), part.bias())
                            : product(part.name(), part.bias(), input, part.out(), in, true))
                    .toList();
        }
        NDArray bias = joinedBias(parts);
        if (found.stream().allMatch(this::isPackedLater)) {
            return joinedLater(parts, found, bias, in);
        }
        List<List<NDArray>> products = new ArrayList<>();
        products.add(narrow ? narrow(found, bias, input) : joined(found, bias, input, in));
        while (products.size() < parts.size()) {
            products.add(wide(tensors.nothing(), tensors.nothing()));
        }
        return products;
    }

    /** One that stays in 16 bits. */
    List<NDArray> wide(NDArray weight, NDArray bias) {
        return int8.wide(weight, bias);
    }

    private List<NDArray> joined(List<TensorEntry> found, NDArray bias, String input, long in) {
        try (TensorScope step = tensors.openStep()) {
            List<NDArray> matrices = found.stream()
                    .map(entry -> tensors.wide(entry, tensors.dtype(), step, entry.shape()))
                    .toList();
            return watched(packing.pack(matrices, true, tensors.owned()), bias, input, input, in);
        }
    }

    /** Each by itself, until they are packed as one. */
    private List<List<NDArray>> joinedLater(List<Part> parts, List<TensorEntry> found, NDArray bias, long in) {
        TensorScope scope = tensors.runtime().openScope();
        List<NDArray> mapped = found.stream()
                .map(entry -> tensors.stored(entry, scope, entry.shape()))
                .toList();
        String input = parts.get(0).name();
        List<List<NDArray>> products = new ArrayList<>();
        IdentityHashMap<NDArray, NDArray> others = new IdentityHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            NDArray own = parts.get(i).bias();
            products.add(watched(mapped.get(i), own, parts.get(i).name(), input, in));
            others.put(own, i == 0 ? bias : tensors.nothing());
            if (i > 0) {
                others.put(mapped.get(i), tensors.nothing());
            }
        }
        packing.add(found, scope, mapped, true, others);
        return products;
    }

    /** Biases one behind the other, zeros where there is none; empty if there is none at all. */
    private NDArray joinedBias(List<Part> parts) {
        if (parts.stream().allMatch(part -> part.bias().size() == 0)) {
            return tensors.nothing();
        }
        try (TensorScope step = tensors.openStep()) {
            return tensors.joined(parts.stream()
                    .map(part -> part.bias().size() > 0
                            ? part.bias()
                            : tensors.convert(
                                    step.floats(new float[Math.toIntExact(part.out())], part.out()),
                                    tensors.dtype(),
                                    step))
                    .toList());
        }
    }

    /** Layers of one input, all of them stored in 8 bits or none, one below the other. */
    private List<NDArray> narrow(List<TensorEntry> found, NDArray bias, String input) {
        boolean stored = Int8Weights.isStored(found.get(0));
        boolean exact = stored && tensors.runtime().largestInt8() == Int8Weights.EIGHT_BITS;
        try (TensorScope step = tensors.openStep()) {
            List<NDArray> weights = found.stream()
                    .map(entry -> stored && !exact
                            ? tensors.wide(entry, Dtype.FLOAT32, step, entry.shape())
                            : tensors.stored(entry, step, entry.shape()))
                    .toList();
            if (exact) {
                List<float[]> units = found.stream()
                        .map(entry -> Int8Weights.units(entries.byName(), entry))
                        .toList();
                return int8.stored(weights, bias, units, tensors.owned());
            }
            List<String> names = found.stream().map(TensorEntry::name).toList();
            int[] columns = plan == null ? new int[0] : plan.columns(input);
            return int8.narrowed(names, weights, bias, columns, tensors.owned());
        }
    }

    /** Whether all of them become numbers of 8 bits, or are such in their files. */
    private boolean areNarrow(List<Part> parts, List<TensorEntry> found) {
        return parts.stream().noneMatch(Part::wide)
                && found.stream().allMatch(this::isNarrow)
                && found.stream().map(Int8Weights::isStored).distinct().count() == 1;
    }

    /** Whether one becomes numbers of 8 bits: all do, but for those that files with such numbers hold otherwise. */
    private boolean isNarrow(TensorEntry entry) {
        return tensors.format() == WeightFormat.INT8 && (!holdsInt8 || Int8Weights.isStored(entry));
    }

    private List<NDArray> watched(NDArray weight, NDArray bias, String name, String input, long in) {
        return plan == null || tensors.format() == WeightFormat.INT8 || !name.equals(input)
                ? wide(weight, bias)
                : int8.watched(weight, bias, name, in, plan, tensors.owned());
    }

    /** A layer that is packed after loading, mapped by itself so that its pages can be given back by themselves. */
    private NDArray later(TensorEntry entry, boolean steps) {
        TensorScope scope = tensors.runtime().openScope();
        NDArray mapped = tensors.stored(entry, scope, entry.shape());
        packing.add(List.of(entry), scope, List.of(mapped), steps, new IdentityHashMap<>());
        return mapped;
    }

    private boolean isPackedLater(TensorEntry entry) {
        return packsLater
                && !Int8Weights.isStored(entry)
                && entry.type().dtype() == tensors.dtype()
                && MappedTensors.isAligned(entry);
    }
}
