package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
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

    private final PlacedTensors tensors;
    private final LinearLayers layers;
    private final Room room;
    private final List<TensorList> lists = new ArrayList<>();
    private final List<Runnable> readers = new ArrayList<>();

    private Weights(PlacedTensors tensors, LinearLayers layers, Room room) {
        this.tensors = tensors;
        this.layers = layers;
        this.room = room;
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
        TensorEntries found = new TensorEntries(entries);
        boolean stored = format == WeightFormat.AUTO && Int8Weights.areIn(found);
        WeightFormat wanted = stored && runtime.largestInt8() == Int8Weights.EIGHT_BITS ? WeightFormat.INT8 : format;
        WeightFormat effective = Numerics.format(runtime, dtype, wanted);
        boolean packsFewRows = format == WeightFormat.AUTO
                && effective == WeightFormat.MAPPED
                && dtype == Dtype.FLOAT32
                && runtime.onednnFloat32()
                && !runtime.onGpu();
        PlacedTensors tensors = new PlacedTensors(runtime, found, dtype, effective, packsFewRows, placement);
        return new Weights(tensors, new LinearLayers(tensors, plan, packsLater), room);
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
                room.weightBytes(), room.cacheTokens() * numbersPerToken * dtype().byteCount(), room.freeBytes());
    }

    /** The type that the model computes in. */
    public Dtype dtype() {
        return tensors.dtype();
    }

    /** How linear weights lie in memory; never {@link WeightFormat#AUTO}. */
    public WeightFormat format() {
        return tensors.format();
    }

    /** Whether the checkpoint has this tensor. */
    public boolean has(String name) {
        return tensors.entries().has(name);
    }

    /** The tensors below a path of the checkpoint, such as {@code model.layers}. */
    public WeightPath at(String path) {
        return new WeightPath(this, path, false);
    }

    /** A norm, bias or other small tensor in the compute type. Owned by these weights. */
    public NDArray plain(String name, long... shape) {
        return tensors.small(tensors.entries().entry(name, shape), dtype(), shape);
    }

    /** A small tensor in float32, whatever the compute type. Owned by these weights. */
    public NDArray float32(String name, long... shape) {
        return tensors.small(tensors.entries().entry(name, shape), Dtype.FLOAT32, shape);
    }

    /** Some values of a bias {@code [rows]} that holds those of several linear layers: {@code [count]}. */
    NDArray plainRows(String name, long rows, long from, long count) {
        return tensors.small(tensors.entries().entry(name, rows).rows(from, count), dtype(), count);
    }

    /** A bias in the compute type, or an empty tensor, which compute text takes as "none", where the checkpoint has none. */
    public NDArray biasOrEmpty(String name, long width) {
        return has(name) ? plain(name, width) : tensors.nothing();
    }

    /**
     * An embedding table {@code [rows, width]}: rows are looked up and converted one by one, so it stays in its stored type, but for
     * a GPU, where it lies in the compute type.
     */
    public NDArray table(String name, long rows, long width) {
        return tensors.table(name, rows, width);
    }

    /** Whether queries and keys of a layer of the decoder stay in 16 bits. */
    public boolean isExact(int layer) {
        return layers.isExact(layer);
    }

    /** Those for {@link WeightNames#products}. */
    LinearLayers layers() {
        return layers;
    }

    /** A matrix {@code [out, in]} of a linear layer in the compute type, never in 8 bits. */
    public NDArray matrix(String name, long out, long in) {
        return matrix(name, out, in, false);
    }

    /** The same; {@code steps} is whether the steps of answers multiply by it. */
    NDArray matrix(String name, long out, long in, boolean steps) {
        return tensors.matrix(name, out, in, steps);
    }

    /**
     * Like {@link #matrix}, for layers that mostly see few rows at once: packed in float32 too, where oneDNN multiplies and nobody
     * asked for another format. A few rows take half the time so, many rows the same.
     */
    public NDArray matrixForFewRows(String name, long out, long in) {
        return tensors.matrixForFewRows(name, out, in);
    }

    /** Some rows of a matrix {@code [rows, in]} that holds several linear layers: {@code [count, in]}, like {@link #matrix}. */
    NDArray matrixRows(String name, long rows, long in, long from, long count) {
        return tensors.matrix(tensors.entries().entry(name, rows, in).rows(from, count), count, in, false);
    }

    /** Like {@link #matrix}, from a tensor of any shape with {@code out * in} elements: a convolution used as a product. */
    public NDArray matrixFromConvolution(String name, long out, long in) {
        return tensors.matrix(tensors.entries().convolution(name, out, in), out, in, false);
    }

    /**
     * The tensors of a call, in its order. Weights of {@linkplain WeightPath#product products} must come into calls so: they may be replaced by
     * packed ones. Closed with these weights at the latest, as nobody else can where a model's loading ends half way.
     */
    public TensorList list(List<NDArray> tensors) {
        TensorList list = packing().list(tensors);
        lists.add(list);
        return list;
    }

    /** What closes a reader of these weights; called before they are freed, also where a model's loading ends half way. */
    public void closeBefore(Runnable reader) {
        readers.add(reader);
    }

    /** What is packed after loading; nothing unless that was asked for. */
    public WeightPacking packing() {
        return tensors.packing();
    }

    /** Whether from now on the same sums have the same bits. */
    public boolean isSettled() {
        return packing().isSettled();
    }

    /** Whether a weight could not be packed; {@link WeightPacking#check} tells why. */
    public boolean isBroken() {
        return packing().failure() != null;
    }

    /** Drops what only loading needed. Call once, after the last tensor was asked for. */
    public void finishLoading() {
        tensors.finishLoading();
        // Before anybody asks how much memory is left.
        FreedMemory.giveBack();
    }

    @Override
    public void close() {
        // It waits for what is being packed, which needs the rest.
        packing().close();
        readers.forEach(Runnable::run);
        lists.forEach(TensorList::close);
        tensors.close();
    }
}
