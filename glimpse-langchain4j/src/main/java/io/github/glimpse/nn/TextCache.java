package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;

/**
 * Keys and values of the self-attention of one layer of a {@link CrossTextStack}, for one or several beams that are equally
 * long: {@code [beams, heads, capacity, headDim]} each. Not safe for concurrent use. The memory belongs to the scope that it was
 * made in.
 */
public final class TextCache {

    private final CrossTextStack stack;
    private final TensorScope owner;
    private final int capacity;
    private NDArray keys;
    private NDArray values;
    private int length;

    TextCache(CrossTextStack stack, int rows, TensorScope owner) {
        this.stack = stack;
        this.owner = owner;
        this.capacity = RowPadding.cacheRows(rows);
        this.keys = stack.newCacheTensor(capacity, owner);
        this.values = stack.newCacheTensor(capacity, owner);
    }

    /** Rows in use, the same for all beams. */
    public int length() {
        return length;
    }

    /** Says how many rows are in use: rows at the end are forgotten so. */
    public void use(int rows) {
        if (rows > capacity) {
            throw new IllegalArgumentException("A cache of " + capacity + " rows cannot have " + rows);
        }
        length = rows;
    }

    /** Beam {@code i} goes on from what was beam {@code origins[i]}. */
    public void continueFrom(int[] origins) {
        try (TensorScope step = owner.openChild()) {
            NDArray chosen = step.indices(origins);
            keys = moved(keys, chosen);
            values = moved(values, chosen);
        }
    }

    private NDArray moved(NDArray cache, NDArray chosen) {
        NDArray target =
                stack.graph().call("choose_beams").with(cache).with(chosen).run(owner);
        cache.close();
        return target;
    }

    NDArray keys() {
        return keys;
    }

    NDArray values() {
        return values;
    }
}
