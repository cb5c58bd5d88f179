package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Rows that a layer's cross-attention reads, as its keys and values: {@code [heads, count made a multiple of 64, headDim]}
 * each. Computed once, used by every row that asks.
 *
 * @param pair keys, then values
 * @param count rows that count
 */
public record CrossKeyValues(List<NDArray> pair, int count) {

    /** Copies the list. */
    public CrossKeyValues {
        pair = List.copyOf(pair);
    }
}
