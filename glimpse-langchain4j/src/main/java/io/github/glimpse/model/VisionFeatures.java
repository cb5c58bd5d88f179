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
 * @param joinedCls by block, attention of the CLS row with all heads as one over the full width, the CLS key left out after
 *     the softmax: {@code [1, imageTokens]}
 * @param receivedFromOthers by block, attention that a token receives from the other patches, head mean, sum over queries,
 *     mean over the token's patches: {@code [imageTokens]}
 */
public record VisionFeatures(
        NDArray rows,
        Map<Integer, NDArray> taps,
        Map<Integer, NDArray> cls,
        Map<Integer, NDArray> received,
        Map<Integer, NDArray> keys,
        Map<Integer, NDArray> joinedCls,
        Map<Integer, NDArray> receivedFromOthers) {

    /** Copies the maps. */
    public VisionFeatures {
        taps = Map.copyOf(taps);
        cls = Map.copyOf(cls);
        received = Map.copyOf(received);
        keys = Map.copyOf(keys);
        joinedCls = Map.copyOf(joinedCls);
        receivedFromOthers = Map.copyOf(receivedFromOthers);
    }

    /** Rows and rows of layers, nothing of attention. */
    public VisionFeatures(NDArray rows, Map<Integer, NDArray> taps) {
        this(rows, taps, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }

    /** Whether all of this is there. */
    public boolean has(TowerTaps wanted) {
        return taps.keySet().containsAll(wanted.layers())
                && cls.keySet().containsAll(wanted.cls())
                && received.keySet().containsAll(wanted.received())
                && keys.keySet().containsAll(wanted.keys())
                && joinedCls.keySet().containsAll(wanted.joinedCls())
                && receivedFromOthers.keySet().containsAll(wanted.receivedFromOthers());
    }

    /** Everything but the rows. */
    public List<NDArray> tapped() {
        return Stream.of(taps, cls, received, keys, joinedCls, receivedFromOthers)
                .map(Map::values)
                .flatMap(Collection::stream)
                .toList();
    }
}
