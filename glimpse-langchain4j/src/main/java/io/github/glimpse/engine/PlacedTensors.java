package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Single tensors of a checkpoint, brought to the place and into the form in which they are used: a view of their file, a copy, packed, or on a
 * GPU. For one thread.
 */
final class PlacedTensors implements AutoCloseable {

    private final TorchRuntime runtime;
    private final TensorEntries entries;
    private final Dtype dtype;
    private final WeightFormat format;
    private final boolean packsFewRows;
    private final Weights.Placement placement;
    private final Graph graph;
    private final TensorScope owned;
    private final TensorScope loading;
    private final MappedTensors files;
    private final WeightPacking packing;
    private final Int8Weights int8;
    private final Map<String, NDArray> deviceTables = new HashMap<>();

    /**
     * Places nothing yet.
     *
     * @param format never {@link WeightFormat#AUTO}
     * @param packsFewRows whether layers for few rows are packed in float32
     */
    PlacedTensors(
            TorchRuntime runtime,
            TensorEntries entries,
            Dtype dtype,
            WeightFormat format,
            boolean packsFewRows,
            Weights.Placement placement) {
        this.runtime = runtime;
        this.entries = entries;
        this.dtype = dtype;
        this.format = format;
        this.packsFewRows = packsFewRows;
        this.placement = placement;
        this.graph = Graph.named("weights").with(Weights.class, "weights").compile(runtime);
        this.packing = new WeightPacking(runtime, graph);
        this.owned = runtime.openScope();
        this.loading = runtime.openScope();
        this.files = new MappedTensors(runtime, graph, owned);
        this.int8 = new Int8Weights(runtime, owned);
    }

    TorchRuntime runtime() {
        return runtime;
    }

    TensorEntries entries() {
        return entries;
    }

    Dtype dtype() {
        return dtype;
    }

    WeightFormat format() {
        return format;
    }

    WeightPacking packing() {
        return packing;
    }

    Int8Weights int8() {
        return int8;
    }

    /** What lasts until closed. */
    TensorScope owned() {
        return owned;
    }

    /** For what is needed while one tensor is placed; to be closed. */
    TensorScope openStep() {
        return loading.openChild();
    }

    /** An empty tensor, which compute text takes as "none". */
    NDArray nothing() {
        return graph.call("empty_bias").with(runtime.deviceName()).run(owned);
    }

    /** Tensors one behind the other. */
    NDArray joined(List<NDArray> parts) {
        return graph.call("joined").with(parts).run(owned);
    }

    NDArray small(TensorEntry entry, Dtype type, long... shape) {
        if (placement == Weights.Placement.DEVICE) {
            return placed(entry, type, shape);
        }
        if (format == WeightFormat.MAPPED) {
            return convert(files.lasting(entry, shape), type, owned);
        }
        try (TensorScope step = openStep()) {
            // Converting to the same type gives the mapping itself: one reference to it in a lasting scope would keep
            // the whole file in memory.
            NDArray converted = convert(files.stored(entry, step, shape), type, step);
            return graph.call("copy").with(converted).run(owned);
        }
    }

    /** See {@link Weights#table}. */
    NDArray table(String name, long rows, long width) {
        TensorEntry entry = entries.entry(name, rows, width);
        if (placement == Weights.Placement.HOST) {
            return files.lasting(entry, rows, width);
        }
        // In the compute type, so that a tied head is the same tensor.
        return deviceTables.computeIfAbsent(name, table -> placed(entry, dtype, rows, width));
    }

    /** See {@link Weights#matrix}. */
    NDArray matrix(String name, long out, long in, boolean steps) {
        TensorEntry entry = entries.matrix(name, out, in);
        NDArray table = deviceTables.get(name);
        return table == null ? matrix(entry, out, in, steps) : table;
    }

    NDArray matrix(TensorEntry entry, long out, long in, boolean steps) {
        boolean narrow = Int8Weights.isStored(entry);
        if (placement == Weights.Placement.DEVICE && !narrow) {
            return placed(entry, dtype, out, in);
        }
        if (format == WeightFormat.MAPPED && !narrow) {
            return convert(files.lasting(entry, out, in), dtype, owned);
        }
        try (TensorScope step = openStep()) {
            NDArray wide = wide(entry, dtype, step, out, in);
            if (placement == Weights.Placement.HOST && packsWide()) {
                return packing.pack(List.of(wide), steps, owned);
            }
            return placement == Weights.Placement.HOST
                    ? graph.call("copy").with(wide).run(owned)
                    : place(wide, dtype);
        }
    }

    /** See {@link Weights#matrixForFewRows}. */
    NDArray matrixForFewRows(String name, long out, long in) {
        TensorEntry entry = entries.entry(name, out, in);
        if (!packsFewRows) {
            return matrix(entry, out, in, true);
        }
        try (TensorScope step = openStep()) {
            NDArray converted = convert(files.stored(entry, step, out, in), dtype, step);
            return packing.pack(List.of(converted), false, owned);
        }
    }

    /** As its file has it; the mapping ends with the scope. */
    NDArray stored(TensorEntry entry, TensorScope scope, long... shape) {
        return files.stored(entry, scope, shape);
    }

    /** In a type to compute in, of numbers of 8 bits too: for a device without products of these, and for other formats. */
    NDArray wide(TensorEntry entry, Dtype type, TensorScope scope, long... shape) {
        NDArray stored = files.stored(entry, scope, shape);
        return Int8Weights.isStored(entry)
                ? int8.widened(stored, Int8Weights.units(entries.byName(), entry), type, scope)
                : convert(stored, type, scope);
    }

    NDArray convert(NDArray stored, Dtype type, TensorScope owner) {
        return graph.call("convert")
                .with(stored)
                .with(runtime.deviceName())
                .with(type.code())
                .run(owner);
    }

    /** Drops what only loading needed. */
    void finishLoading() {
        packing.checkLists();
        loading.close();
        owned.cap();
    }

    /** Frees everything; {@link #packing} is closed before. */
    @Override
    public void close() {
        loading.close();
        owned.close();
        int8.close();
        graph.close();
    }

    /** Whether linear layers in the compute type are packed while they are loaded. */
    private boolean packsWide() {
        return format == WeightFormat.PACKED
                || (format == WeightFormat.INT8 && dtype == Dtype.BFLOAT16 && runtime.packsBfloat16());
    }

    /** The one copy on the device. */
    private NDArray placed(TensorEntry entry, Dtype type, long... shape) {
        try (TensorScope step = openStep()) {
            return place(files.stored(entry, step, shape), type);
        }
    }

    private NDArray place(NDArray tensor, Dtype type) {
        return graph.call("place")
                .with(tensor)
                .with(runtime.deviceName())
                .with(type.code())
                .run(owned);
    }
}
