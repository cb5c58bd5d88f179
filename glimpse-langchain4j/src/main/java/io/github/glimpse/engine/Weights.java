package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one model, brought from safetensors files into the form in which they are used, and owned until closed.
 *
 * <p>Files are mapped, never read into the heap. What the chosen {@link WeightFormat} does not copy stays a view of the
 * mapping, so a mapped file must not be rewritten while it is in use. What is copied has a mapping of its own until it is, so that no
 * more than one tensor, or those that are packed as one, is in memory more than once; then only copies and the embedding's mapping remain. On a GPU nothing of
 * the files stays mapped, and a head that is the embedding table is that table.
 *
 * <p>Loading is done by one thread; the tensors may then be used by all.
 */
public final class Weights implements AutoCloseable {

    /** Where tensors are used. */
    enum Placement {
        /** Where the files are mapped. */
        HOST,
        /** Somewhere else: each is copied there once. */
        DEVICE
    }

    private final TorchRuntime runtime;
    private final TensorEntries entries;
    private final Dtype dtype;
    private final WeightFormat format;
    private final boolean packsFewRows;
    private final boolean holdsInt8;
    private final Placement placement;
    private final Room room;
    private final @Nullable Int8Plan plan;
    private final Graph graph;
    private final Int8Weights int8;
    private final boolean packsLater;
    private final WeightPacking packing;
    private final TensorScope owned;
    private final TensorScope loading;
    private final MappedTensors files;
    private final Map<String, NDArray> deviceTables = new HashMap<>();
    private final List<TensorList> lists = new ArrayList<>();
    private final List<Runnable> readers = new ArrayList<>();

    private Weights(
            TorchRuntime runtime,
            Map<String, TensorEntry> entries,
            Dtype dtype,
            WeightFormat format,
            boolean packsFewRows,
            Placement placement,
            Room room,
            @Nullable Int8Plan plan,
            boolean packsLater,
            Graph graph) {
        this.runtime = runtime;
        this.entries = new TensorEntries(entries);
        this.dtype = dtype;
        this.format = format;
        this.packsFewRows = packsFewRows;
        this.holdsInt8 = holdsInt8(entries);
        this.placement = placement;
        this.room = room;
        this.plan = plan;
        this.graph = graph;
        this.packsLater = packsLater && format == WeightFormat.PACKED;
        this.packing = new WeightPacking(runtime, graph);
        this.owned = runtime.openScope();
        this.loading = runtime.openScope();
        this.files = new MappedTensors(runtime, graph, owned);
        this.int8 = new Int8Weights(runtime, owned);
    }

    /**
     * Starts loading.
     *
     * @param entries all tensors of the checkpoint by name
     * @param dtype the type to compute in; stored types are converted where they differ
     * @param format how linear weights shall lie in memory
     * @throws io.github.glimpse.UnsupportedModelException if {@code format} is {@link WeightFormat#PACKED} and cannot be had
     */
    public static Weights open(
            TorchRuntime runtime, Map<String, TensorEntry> entries, Dtype dtype, WeightFormat format) {
        return open(runtime, entries, dtype, format, null, 0, false);
    }

    /**
     * The same for a model with a cache of keys and values.
     *
     * @param plan what stays in 16 bits where weights are numbers of 8; filled in other formats; null for nothing
     * @param cacheTokens tokens whose keys and values must have room on a GPU beside the weights
     * @param packsLater whether linear layers that are to be packed stay mapped until {@link #packing()} packs them; only those
     *     that are stored in the compute type, as others take a copy anyway
     * @throws io.github.glimpse.NativeLibraryException if the weights alone do not fit the GPU
     */
    public static Weights open(
            TorchRuntime runtime,
            Map<String, TensorEntry> entries,
            Dtype dtype,
            WeightFormat format,
            @Nullable Int8Plan plan,
            long cacheTokens,
            boolean packsLater) {
        Placement placement = runtime.onGpu() ? Placement.DEVICE : Placement.HOST;
        Room room = new Room(new TensorEntries(entries).bytes(dtype), runtime.freeDeviceBytes(), cacheTokens);
        return open(runtime, entries, dtype, format, plan, packsLater, placement, room);
    }

    static Weights open(
            TorchRuntime runtime,
            Map<String, TensorEntry> entries,
            Dtype dtype,
            WeightFormat format,
            Placement placement,
            Room room) {
        return open(runtime, entries, dtype, format, null, false, placement, room);
    }

    private static Weights open(
            TorchRuntime runtime,
            Map<String, TensorEntry> entries,
            Dtype dtype,
            WeightFormat format,
            @Nullable Int8Plan plan,
            boolean packsLater,
            Placement placement,
            Room room) {
        DeviceMemory.require(room.weightBytes(), 0, room.freeBytes());
        boolean stored = format == WeightFormat.AUTO && holdsInt8(entries);
        WeightFormat wanted = stored && runtime.largestInt8() == Int8Weights.EIGHT_BITS ? WeightFormat.INT8 : format;
        WeightFormat effective = Numerics.format(runtime, dtype, wanted);
        Graph graph = Graph.named("weights").with(Weights.class, "weights").compile(runtime);
        boolean packsFewRows = format == WeightFormat.AUTO
                && effective == WeightFormat.MAPPED
                && dtype == Dtype.FLOAT32
                && runtime.onednnFloat32()
                && !runtime.onGpu();
        return new Weights(runtime, entries, dtype, effective, packsFewRows, placement, room, plan, packsLater, graph);
    }

    /**
     * The memory of a GPU when loading began.
     *
     * @param weightBytes of the checkpoint in the compute type
     * @param freeBytes negative if unknown or on a CPU
     * @param cacheTokens tokens whose keys and values must have room as well
     */
    record Room(long weightBytes, long freeBytes, long cacheTokens) {}

    /**
     * Checks that keys and values will fit beside the weights. Asked before the first tensor.
     *
     * @param numbersPerToken keys and values of a token in all layers
     * @throws io.github.glimpse.NativeLibraryException if not; the message has both figures
     */
    public void requireCacheRoom(long numbersPerToken) {
        DeviceMemory.require(
                room.weightBytes(), room.cacheTokens() * numbersPerToken * dtype.byteCount(), room.freeBytes());
    }

    /** The type that the model computes in. */
    public Dtype dtype() {
        return dtype;
    }

    /** How linear weights lie in memory; never {@link WeightFormat#AUTO}. */
    public WeightFormat format() {
        return format;
    }

    /** Whether the checkpoint has this tensor. */
    public boolean has(String name) {
        return entries.has(name);
    }

    /** The tensors below a path of the checkpoint, such as {@code model.layers}. */
    public WeightPath at(String path) {
        return new WeightPath(this, path, false);
    }

    /** A norm, bias or other small tensor in the compute type. Owned by these weights. */
    public NDArray plain(String name, long... shape) {
        return small(name, dtype, shape);
    }

    /** A small tensor in float32, whatever the compute type. Owned by these weights. */
    public NDArray float32(String name, long... shape) {
        return small(name, Dtype.FLOAT32, shape);
    }

    /** A bias in the compute type, or an empty tensor, which compute text takes as "none", where the checkpoint has none. */
    public NDArray biasOrEmpty(String name, long width) {
        return has(name) ? plain(name, width) : nothing();
    }

    /**
     * An embedding table {@code [rows, width]}: rows are looked up and converted one by one, so it stays in its stored type, but for
     * a GPU, where it lies in the compute type.
     */
    public NDArray table(String name, long rows, long width) {
        TensorEntry entry = entries.entry(name, rows, width);
        if (placement == Placement.HOST) {
            return files.lasting(entry, rows, width);
        }
        // In the compute type, so that a tied head is the same tensor.
        return deviceTables.computeIfAbsent(name, table -> placed(entry, dtype, rows, width));
    }

    /** Whether queries and keys of a layer of the decoder stay in 16 bits. */
    public boolean isExact(int layer) {
        return plan != null && plan.isExact(layer);
    }

    /**
     * A linear layer in the format of these weights.
     *
     * @param input the name under which its input is watched
     * @param steps whether the steps of answers multiply by it
     */
    List<NDArray> product(String name, NDArray bias, String input, long out, long in, boolean steps) {
        TensorEntry entry = entries.matrix(name, out, in);
        if (isNarrow(entry)) {
            return narrow(List.of(entry), bias, input);
        }
        NDArray weight = isPackedLater(entry) ? later(entry, out, in, steps) : matrix(name, out, in, steps);
        return watched(weight, bias, name, input, in);
    }

    /** Linear layers of one input, all of them stored in 8 bits or none, one below the other. */
    private List<NDArray> narrow(List<TensorEntry> found, NDArray bias, String input) {
        boolean stored = Int8Weights.isStored(found.get(0));
        boolean exact = stored && runtime.largestInt8() == Int8Weights.EIGHT_BITS;
        try (TensorScope step = loading.openChild()) {
            List<NDArray> weights = found.stream()
                    .map(entry -> stored && !exact
                            ? wide(entry, Dtype.FLOAT32, step, entry.shape())
                            : files.stored(entry, step, entry.shape()))
                    .toList();
            if (exact) {
                List<float[]> units = found.stream()
                        .map(entry -> Int8Weights.units(entries.byName(), entry))
                        .toList();
                return int8.stored(weights, bias, units, owned);
            }
            List<String> names = found.stream().map(TensorEntry::name).toList();
            return int8.narrowed(names, weights, bias, columns(input), owned);
        }
    }

    /** Some rows of a matrix that holds several linear layers, which share their input. */
    List<NDArray> productRows(String name, NDArray bias, long rows, long in, long from, long count) {
        TensorEntry entry = entries.entry(name, rows, in).rows(from, count);
        if (isNarrow(entry)) {
            return narrow(List.of(entry), bias, name);
        }
        NDArray weight = later(entry, count, in, false);
        return from == 0 ? watched(weight, bias, name, name, in) : wideProduct(weight, bias);
    }

    /**
     * One of several linear layers of one input.
     *
     * @param bias empty for none
     * @param wide whether it stays in 16 bits
     */
    record Part(String name, NDArray bias, long out, boolean wide) {}

    /** Linear layers of one input; see {@link WeightPath#products}. */
    List<List<NDArray>> products(List<Part> parts, long in) {
        String input = parts.get(0).name();
        List<TensorEntry> found = parts.stream()
                .map(part -> entries.matrix(part.name(), part.out(), in))
                .toList();
        boolean narrow = areNarrow(parts, found);
        if (format != WeightFormat.PACKED && !narrow) {
            return parts.stream()
                    .map(part -> part.wide()
                            ? wideProduct(matrix(part.name(), part.out(), in, true), part.bias())
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
            products.add(wideProduct(nothing(), nothing()));
        }
        return products;
    }

    /** Whether all of them become numbers of 8 bits, or are such in their files. */
    private boolean areNarrow(List<Part> parts, List<TensorEntry> found) {
        return parts.stream().noneMatch(Part::wide)
                && found.stream().allMatch(this::isNarrow)
                && found.stream().map(Int8Weights::isStored).distinct().count() == 1;
    }

    private List<NDArray> joined(List<TensorEntry> found, NDArray bias, String input, long in) {
        try (TensorScope step = loading.openChild()) {
            List<NDArray> matrices = found.stream()
                    .map(entry -> wide(entry, step, entry.shape()))
                    .toList();
            return watched(packing.pack(matrices, owned), bias, input, input, in);
        }
    }

    /** Each by itself, until they are packed as one. */
    private List<List<NDArray>> joinedLater(List<Part> parts, List<TensorEntry> found, NDArray bias, long in) {
        TensorScope scope = runtime.openScope();
        List<NDArray> mapped = found.stream()
                .map(entry -> files.stored(entry, scope, entry.shape()))
                .toList();
        String input = parts.get(0).name();
        List<List<NDArray>> products = new ArrayList<>();
        IdentityHashMap<NDArray, NDArray> others = new IdentityHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            NDArray own = parts.get(i).bias();
            products.add(watched(mapped.get(i), own, parts.get(i).name(), input, in));
            others.put(own, i == 0 ? bias : nothing());
            if (i > 0) {
                others.put(mapped.get(i), nothing());
            }
        }
        packing.add(found, scope, mapped, others);
        return products;
    }

    /** Biases one behind the other, zeros where there is none; empty if there is none at all. */
    private NDArray joinedBias(List<Part> parts) {
        if (parts.stream().allMatch(part -> part.bias().size() == 0)) {
            return nothing();
        }
        try (TensorScope step = loading.openChild()) {
            List<NDArray> biases = parts.stream()
                    .map(part -> part.bias().size() > 0
                            ? part.bias()
                            : convert(step.floats(new float[Math.toIntExact(part.out())], part.out()), dtype, step))
                    .toList();
            return graph.call("joined").with(biases).run(owned);
        }
    }

    private NDArray nothing() {
        return graph.call("empty_bias").with(runtime.deviceName()).run(owned);
    }

    private static boolean holdsInt8(Map<String, TensorEntry> entries) {
        return entries.values().stream()
                .anyMatch(entry -> Int8Weights.isStored(entry) && Int8Weights.hasUnits(entries, entry));
    }

    /** Whether a linear layer becomes numbers of 8 bits: all do, but for those that files with such numbers hold otherwise. */
    private boolean isNarrow(TensorEntry entry) {
        return format == WeightFormat.INT8 && (!holdsInt8 || Int8Weights.isStored(entry));
    }

    private int[] columns(String input) {
        return plan == null ? new int[0] : plan.columns(input);
    }

    private List<NDArray> watched(NDArray weight, NDArray bias, String name, String input, long in) {
        return plan == null || format == WeightFormat.INT8 || !name.equals(input)
                ? wideProduct(weight, bias)
                : int8.watched(weight, bias, name, in, plan, owned);
    }

    /** A linear layer that stays in 16 bits. */
    List<NDArray> wideProduct(NDArray weight, NDArray bias) {
        return int8.wide(weight, bias);
    }

    /** A matrix {@code [out, in]} of a linear layer in the compute type, never in 8 bits. */
    public NDArray matrix(String name, long out, long in) {
        return matrix(name, out, in, false);
    }

    /** The same; {@code steps} is whether the steps of answers multiply by it. */
    NDArray matrix(String name, long out, long in, boolean steps) {
        TensorEntry entry = entries.matrix(name, out, in);
        NDArray table = deviceTables.get(name);
        return table == null ? matrixOf(entry, out, in, steps) : table;
    }

    /**
     * Like {@link #matrix}, for layers that mostly see few rows at once: packed in float32 too, where oneDNN multiplies and nobody
     * asked for another format. A few rows take half the time so, many rows the same.
     */
    public NDArray matrixForFewRows(String name, long out, long in) {
        TensorEntry entry = entries.entry(name, out, in);
        if (!packsFewRows) {
            return matrixOf(entry, out, in, true);
        }
        try (TensorScope step = loading.openChild()) {
            NDArray converted = convert(files.stored(entry, step, out, in), dtype, step);
            return packing.pack(List.of(converted), out, false, owned);
        }
    }

    /** Some rows of a matrix {@code [rows, in]} that holds several linear layers: {@code [count, in]}, like {@link #matrix}. */
    NDArray matrixRows(String name, long rows, long in, long from, long count) {
        return matrixOf(entries.entry(name, rows, in).rows(from, count), count, in, false);
    }

    /** Some values of a bias {@code [rows]} that holds those of several linear layers: {@code [count]}. */
    NDArray plainRows(String name, long rows, long from, long count) {
        return small(entries.entry(name, rows).rows(from, count), dtype, count);
    }

    /** Like {@link #matrix}, from a tensor of any shape with {@code out * in} elements: a convolution used as a product. */
    public NDArray matrixFromConvolution(String name, long out, long in) {
        return matrixOf(entries.convolution(name, out, in), out, in, false);
    }

    /**
     * The tensors of a call, in its order. Weights of {@linkplain WeightPath#product products} must come into calls so: they may be replaced by
     * packed ones. Closed with these weights at the latest, as nobody else can where a model's loading ends half way.
     */
    public TensorList list(List<NDArray> tensors) {
        TensorList list = packing.list(tensors);
        lists.add(list);
        return list;
    }

    /** What closes a reader of these weights; called before they are freed, also where a model's loading ends half way. */
    public void closeBefore(Runnable reader) {
        readers.add(reader);
    }

    /** What is packed after loading; nothing unless that was asked for. */
    public WeightPacking packing() {
        return packing;
    }

    /** Whether nothing is left to be packed: from now on the same sums have the same bits. */
    public boolean isSettled() {
        return packing.progress().isDone();
    }

    /** Whether a weight could not be packed; {@link WeightPacking#check} tells why. */
    public boolean isBroken() {
        return packing.failure() != null;
    }

    /** Drops what only loading needed. Call once, after the last tensor was asked for. */
    public void finishLoading() {
        packing.checkLists();
        loading.close();
        owned.cap();
        // Before anybody asks how much memory is left.
        FreedMemory.giveBack();
    }

    @Override
    public void close() {
        // It waits for what is being packed, which needs the rest.
        packing.close();
        readers.forEach(Runnable::run);
        lists.forEach(TensorList::close);
        loading.close();
        owned.close();
        int8.close();
        graph.close();
    }

    /** A linear layer that is packed after loading, mapped by itself so that its pages can be given back by themselves. */
    private NDArray later(TensorEntry entry, long out, long in, boolean steps) {
        if (!isPackedLater(entry)) {
            return matrixOf(entry, out, in, steps);
        }
        TensorScope scope = runtime.openScope();
        TensorEntry whole = PackedShape.inFile(entry, runtime.multipliesTiles(), steps);
        return packing.add(whole, scope, files.stored(whole, scope, whole.shape()), out, steps);
    }

    private boolean isPackedLater(TensorEntry entry) {
        return packsLater
                && !Int8Weights.isStored(entry)
                && entry.type().dtype() == dtype
                && MappedTensors.isAligned(entry);
    }

    private NDArray matrixOf(TensorEntry entry, long out, long in, boolean steps) {
        boolean narrow = Int8Weights.isStored(entry);
        if (placement == Placement.DEVICE && !narrow) {
            return placed(entry, dtype, out, in);
        }
        if (format == WeightFormat.MAPPED && !narrow) {
            return convert(files.lasting(entry, out, in), dtype, owned);
        }
        try (TensorScope step = loading.openChild()) {
            if (placement == Placement.HOST && packsWide()) {
                TensorEntry whole = PackedShape.inFile(entry, runtime.multipliesTiles(), steps && !narrow);
                return packing.pack(List.of(wide(whole, step, whole.elementCount() / in, in)), out, steps, owned);
            }
            NDArray wide = wide(entry, step, out, in);
            return placement == Placement.HOST
                    ? graph.call("copy").with(wide).run(owned)
                    : graph.call("place")
                            .with(wide)
                            .with(runtime.deviceName())
                            .with(dtype.code())
                            .run(owned);
        }
    }

    /** In the compute type, of numbers of 8 bits too: for a device without products of these, and for other formats. */
    private NDArray wide(TensorEntry entry, TensorScope step, long... shape) {
        return wide(entry, dtype, step, shape);
    }

    private NDArray wide(TensorEntry entry, Dtype type, TensorScope step, long... shape) {
        NDArray stored = files.stored(entry, step, shape);
        return Int8Weights.isStored(entry)
                ? int8.widened(stored, Int8Weights.units(entries.byName(), entry), type, step)
                : convert(stored, type, step);
    }

    /** Whether linear layers in the compute type are packed while they are loaded. */
    private boolean packsWide() {
        return format == WeightFormat.PACKED
                || (format == WeightFormat.INT8 && dtype == Dtype.BFLOAT16 && runtime.packsBfloat16());
    }

    private NDArray small(String name, Dtype type, long... shape) {
        return small(entries.entry(name, shape), type, shape);
    }

    private NDArray small(TensorEntry entry, Dtype type, long... shape) {
        if (placement == Placement.DEVICE) {
            return placed(entry, type, shape);
        }
        if (format == WeightFormat.MAPPED) {
            return convert(files.lasting(entry, shape), type, owned);
        }
        try (TensorScope step = loading.openChild()) {
            // Converting to the same type gives the mapping itself. One reference to it in a lasting scope would keep
            // the
            // whole file in memory.
            NDArray converted = convert(files.stored(entry, step, shape), type, step);
            return graph.call("copy").with(converted).run(owned);
        }
    }

    /** The one copy on the device. */
    private NDArray placed(TensorEntry entry, Dtype type, long... shape) {
        try (TensorScope step = loading.openChild()) {
            return graph.call("place")
                    .with(files.stored(entry, step, shape))
                    .with(runtime.deviceName())
                    .with(type.code())
                    .run(owned);
        }
    }

    private NDArray convert(NDArray stored, Dtype type, TensorScope owner) {
        return graph.call("convert")
                .with(stored)
                .with(runtime.deviceName())
                .with(type.code())
                .run(owner);
    }
}
