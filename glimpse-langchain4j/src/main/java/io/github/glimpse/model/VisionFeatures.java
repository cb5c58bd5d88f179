package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the tower made of one picture. Everything but {@code rows} is float32; image tokens are in raster order.
 *
 * @param rows rows for the language decoder: {@code [imageTokens, hidden]}, compute type
 * @param taps by tower layer, one row per image token: {@code [imageTokens, visionHidden]}
 * @param cls by block, attention of the CLS row, the CLS key left out after the softmax: {@code [heads, imageTokens]}
 * @param received by block, attention that a token receives, head mean, sum over queries, mean over the token's patches:
 *     {@code [imageTokens]}
 * @param keys by block, keys as they meet the queries, mean over heads and over the token's patches:
 *     {@code [imageTokens, headDim]}
 * @param cuts where rows were dropped on the way; then {@code rows} and {@code taps} are of the tokens that are left
 */
public record VisionFeatures(
        NDArray rows,
        Map<Integer, NDArray> taps,
        Map<Integer, NDArray> cls,
        Map<Integer, NDArray> received,
        Map<Integer, NDArray> keys,
        List<TowerCut> cuts) {

    /** Copies the maps. */
    public VisionFeatures {
        taps = Map.copyOf(taps);
        cls = Map.copyOf(cls);
        received = Map.copyOf(received);
        keys = Map.copyOf(keys);
        cuts = List.copyOf(cuts);
    }

    /** Of a tower that keeps all its rows. */
    public VisionFeatures(
            NDArray rows,
            Map<Integer, NDArray> taps,
            Map<Integer, NDArray> cls,
            Map<Integer, NDArray> received,
            Map<Integer, NDArray> keys) {
        this(rows, taps, cls, received, keys, List.of());
    }

    /** Rows and rows of layers, nothing of attention. */
    public VisionFeatures(NDArray rows, Map<Integer, NDArray> taps) {
        this(rows, taps, Map.of(), Map.of(), Map.of(), List.of());
    }

    /** Whether all of this is there. */
    public boolean has(TowerTaps wanted) {
        return taps.keySet().containsAll(wanted.layers())
                && cls.keySet().containsAll(wanted.cls())
                && received.keySet().containsAll(wanted.received())
                && keys.keySet().containsAll(wanted.keys());
    }

    /** Everything but the rows. */
    public List<NDArray> tapped() {
        return Stream.of(taps, cls, received, keys)
                .map(Map::values)
                .flatMap(Collection::stream)
                .toList();
    }
}
