package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * What the tower made of one picture.
 *
 * @param rows rows for the language decoder in raster order: {@code [imageTokens, hidden]}, compute type
 * @param taps by tower layer, one row per image token in raster order: {@code [imageTokens, visionHidden]}, float32
 */
public record VisionFeatures(NDArray rows, Map<Integer, NDArray> taps) {

    /** Copies the map. */
    public VisionFeatures {
        taps = Map.copyOf(taps);
    }
}
