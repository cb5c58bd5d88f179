package io.github.glimpse.prune;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * Learned rows that are appended to the prompt until the cut.
 *
 * @param length rows, at least 1
 * @param vectors by decoder layer, {@code [length, hidden]}: layer 0's are the rows themselves, those of a later layer are
 *     added to the rows before that layer. Owned by the strategy.
 */
public record ProbeToken(int length, Map<Integer, NDArray> vectors) {

    /** Checks that there is a first layer. */
    public ProbeToken {
        if (length < 1 || !vectors.containsKey(0)) {
            throw new IllegalArgumentException("A probe token needs at least one row and vectors for layer 0");
        }
        vectors = Map.copyOf(vectors);
    }
}
