package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.nn.TowerReadout;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What the tower made of one picture. Image tokens are in raster order.
 *
 * @param rows rows for the language decoder: {@code [imageTokens, hidden]}, compute type
 * @param additions what the decoder's layers add to these rows, from layer 0 on, when each has run: as {@code rows} each; none in
 *     most families
 * @param readouts what was read besides, float32, as each key says
 */
public record VisionFeatures(NDArray rows, List<NDArray> additions, Map<TowerReadout, NDArray> readouts) {

    /** Copies list and map. */
    public VisionFeatures {
        additions = List.copyOf(additions);
        readouts = Map.copyOf(readouts);
    }

    /** Rows to which nothing is added. */
    public VisionFeatures(NDArray rows, Map<TowerReadout, NDArray> readouts) {
        this(rows, List.of(), readouts);
    }

    /**
     * The value of a key.
     *
     * @throws IllegalArgumentException if it was not wanted
     */
    public NDArray of(TowerReadout key) {
        NDArray value = readouts.get(key);
        if (value == null) {
            throw new IllegalArgumentException(
                    "The tower was not asked for " + key + ", only for " + readouts.keySet());
        }
        return value;
    }

    /** Whether all of this is there. */
    public boolean has(Collection<TowerReadout> wanted) {
        return readouts.keySet().containsAll(wanted);
    }
}
