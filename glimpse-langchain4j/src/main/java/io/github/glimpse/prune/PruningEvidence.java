package io.github.glimpse.prune;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import java.util.List;
import java.util.Map;

/**
 * What a strategy sees. All tensors are float32, belong to the request, and speak of the image tokens that are alive, in
 * prompt order, all images joined.
 *
 * @param attention by decoder layer: {@code [imageTokens, heads]}
 * @param visionTaps by tower layer: {@code [imageTokens, visionHidden]}
 * @param images the grids of the images
 * @param windows per image the tower's windows, each a list of token indices of that image in raster order
 * @param alive original indices of the tokens that are alive, rising
 * @param scope for the strategy's temporaries; closed after the call
 */
public record PruningEvidence(
        Map<Integer, NDArray> attention,
        Map<Integer, NDArray> visionTaps,
        List<ImageGrid> images,
        List<List<int[]>> windows,
        int[] alive,
        TensorScope scope) {}
