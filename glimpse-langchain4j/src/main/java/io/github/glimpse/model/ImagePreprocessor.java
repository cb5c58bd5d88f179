package io.github.glimpse.model;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;

/** What a family does with a picture before its vision tower sees it. Safe for concurrent use. */
public interface ImagePreprocessor {

    /**
     * Resizes, normalises and cuts a picture.
     *
     * @return values in the family's order, owned by the caller; their plan is that of {@link #plan}
     * @throws InvalidImageException if the family cannot take a picture of this shape
     */
    PixelPatches preprocess(RasterImage image);

    /**
     * Tells how a picture of this size would be cut, without its pixels: for counting tokens.
     *
     * @param width in pixels, at least 1
     * @param height in pixels, at least 1
     * @throws InvalidImageException if the family cannot take a picture of this shape
     */
    PatchPlan plan(int width, int height);

    /** Whether {@link #withMostTokens} is possible: pictures of different sizes have different numbers of tokens. */
    default boolean makesSmaller() {
        return false;
    }

    /**
     * The same, but for smaller pictures: none gets more tokens than this.
     *
     * @param tokens at least 1
     * @throws UnsupportedModelException if every picture of this family has the same number of tokens
     */
    default ImagePreprocessor withMostTokens(int tokens) {
        throw new UnsupportedModelException("This model cuts every picture into the same number of tokens, so a smaller"
                + " picture saves nothing; use the pruning strategy pool");
    }
}
