package io.github.glimpse.model;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.WeightFormat;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded.
 *
 * @param dtype the type to compute in, null for the rule of {@link io.github.glimpse.engine.Numerics}
 * @param weights how linear weights lie in memory
 * @param minPixels least pixels of a resized picture, null for the model's own
 * @param maxPixels most pixels of a resized picture, null for the model's own
 * @param aspect how a picture becomes a square, for families that need one
 * @param firstToken the first id of a text that looks at a picture, for families where it may differ
 * @param cacheTokens tokens whose keys and values a GPU must have room for beside the weights, of all requests together
 */
public record LoadOptions(
        @Nullable Dtype dtype,
        WeightFormat weights,
        @Nullable Integer minPixels,
        @Nullable Integer maxPixels,
        ImageAspect aspect,
        FirstToken firstToken,
        long cacheTokens) {

    /** Without asking for room. */
    public LoadOptions(
            @Nullable Dtype dtype,
            WeightFormat weights,
            @Nullable Integer minPixels,
            @Nullable Integer maxPixels,
            ImageAspect aspect,
            FirstToken firstToken) {
        this(dtype, weights, minPixels, maxPixels, aspect, firstToken, 0);
    }

    /** The same with room for keys and values. */
    public LoadOptions withCacheTokens(long tokens) {
        return new LoadOptions(dtype, weights, minPixels, maxPixels, aspect, firstToken, tokens);
    }

    /** With the library's first id. */
    public LoadOptions(
            @Nullable Dtype dtype,
            WeightFormat weights,
            @Nullable Integer minPixels,
            @Nullable Integer maxPixels,
            ImageAspect aspect) {
        this(dtype, weights, minPixels, maxPixels, aspect, FirstToken.CLS);
    }

    /** The model's own choices throughout. */
    public static LoadOptions defaults() {
        return new LoadOptions(null, WeightFormat.AUTO, null, null, ImageAspect.AUTO);
    }
}
