package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.CudaKernels;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of one layer for one sequence: {@code [kvHeads, capacity, headDim]} each, rows filled from the front.
 * Made once; a token writes its row into it, a cut moves rows inside it. Keys are stored rotated.
 *
 * <p>Each layer has a length of its own, so that cuts at several layers may leave different lengths. Not safe for
 * concurrent use. The memory belongs to the scope that it was made in.
 */
public final class KvCache implements LayerState {

    // Below this share of use after a cut, a smaller cache is worth its one copy: memory is what a cut is to save.
    private static final int SHRINK_BELOW_SHARE = 2;

    private final DecoderStack stack;
    private final TensorScope owner;
    private NDArray keys;
    private NDArray values;
    private int capacity;
    private int length;
    // The keys whose place, and whose values' place, is known.
    private @Nullable NDArray placed;
    private long keysPlace;
    private long valuesPlace;

    KvCache(DecoderStack stack, int capacity, TensorScope owner) {
        this.stack = stack;
        this.owner = owner;
        this.capacity = RowPadding.cacheRows(capacity);
        this.keys = stack.newCacheTensor(this.capacity, owner);
        this.values = stack.newCacheTensor(this.capacity, owner);
    }

    /** Rows in use. */
    @Override
    public int length() {
        return length;
    }

    @Override
    public int room() {
        return capacity - length;
    }

    /** One row more is in use; where it lies. */
    int append() {
        truncate(length + 1);
        return length - 1;
    }

    /** Rows that fit. */
    public int capacity() {
        return capacity;
    }

    /** Rotated keys {@code [kvHeads, capacity, headDim]}; rows past {@link #length()} mean nothing. */
    public NDArray keys() {
        return keys;
    }

    /** Values {@code [kvHeads, capacity, headDim]}. */
    public NDArray values() {
        return values;
    }

    /** Where the keys lie on a GPU. */
    long keysPlace() {
        place();
        return keysPlace;
    }

    /** Where the values lie on a GPU. */
    long valuesPlace() {
        place();
        return valuesPlace;
    }

    private void place() {
        if (placed != keys) {
            keysPlace = CudaKernels.address(keys);
            valuesPlace = CudaKernels.address(values);
            placed = keys;
        }
    }

    @Override
    public boolean isFinite() {
        try (TensorScope step = owner.openChild()) {
            NDArray finite = stack.graph()
                    .call("is_finite")
                    .with(keys)
                    .with(values)
                    .with(length)
                    .run(step);
            return HostValues.longs(finite)[0] == 1;
        }
    }

    /** Says how many rows are in use: the padding and the probe's rows at the end are forgotten so. */
    @Override
    public void truncate(int rows) {
        if (rows > capacity) {
            throw new IllegalArgumentException("A cache of " + capacity + " rows cannot have " + rows);
        }
        length = rows;
    }

    /** A copy of the first rows, owned by {@code copyOwner}. */
    public KeyValueRows copy(int rows, TensorScope copyOwner) {
        return new KeyValueRows(front(keys, rows, rows, copyOwner), front(values, rows, rows, copyOwner), rows);
    }

    /** Takes over the first rows of a copy, in an empty cache; there must be room for them. */
    public void begin(KeyValueRows copy, int rows) {
        if (length > 0 || rows > capacity || rows > copy.rows()) {
            throw new IllegalArgumentException("A cache of " + capacity + " rows, " + length
                    + " of them in use, cannot begin with " + rows + " of " + copy.rows());
        }
        stack.graph().call("move_front").with(copy.keys()).with(rows).with(keys).run();
        stack.graph()
                .call("move_front")
                .with(copy.values())
                .with(rows)
                .with(values)
                .run();
        length = rows;
    }

    /**
     * Keeps the chosen rows, in this order, and forgets the others; makes room for {@code rowsToCome} more.
     *
     * @param chosen rising row indices, {@code [kept]} int64
     */
    @Override
    public void keep(NDArray chosen, int rowsToCome) {
        int kept = Math.toIntExact(chosen.getShape().get(0));
        int wanted = RowPadding.cacheRows(kept + rowsToCome);
        if (wanted > capacity || wanted < capacity / SHRINK_BELOW_SHARE) {
            keys = moved(keys, chosen, wanted);
            values = moved(values, chosen, wanted);
            capacity = wanted;
        } else {
            stack.graph().call("keep_rows").with(keys).with(chosen).run();
            stack.graph().call("keep_rows").with(values).with(chosen).run();
        }
        length = kept;
    }

    @Override
    public void remember() {
        // rows stay what they are
    }

    @Override
    public void reserve(int rowsToCome) {
        if (length + rowsToCome > capacity) {
            int wanted = RowPadding.cacheRows(length + rowsToCome);
            keys = grown(keys, wanted);
            values = grown(values, wanted);
            capacity = wanted;
        }
    }

    private NDArray grown(NDArray cache, int rows) {
        NDArray target = front(cache, length, rows, owner);
        cache.close();
        return target;
    }

    private NDArray front(NDArray cache, int rows, int room, TensorScope owner) {
        NDArray target = stack.newCacheTensor(room, owner);
        stack.graph().call("move_front").with(cache).with(rows).with(target).run();
        return target;
    }

    private NDArray moved(NDArray cache, NDArray chosen, int rows) {
        NDArray target = stack.newCacheTensor(rows, owner);
        stack.graph().call("move_rows").with(cache).with(chosen).with(target).run();
        cache.close();
        return target;
    }

    /** Frees the memory now instead of with its scope. */
    @Override
    public void close() {
        keys.close();
        values.close();
    }
}
