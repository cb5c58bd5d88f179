package io.github.glimpse.model;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import java.util.function.IntFunction;

/**
 * The rule of families in which every picture is one unit, all rows of it patches.
 *
 * @param imagePlaceholder what stands for a picture
 * @param preprocessor cuts it
 */
public record SinglePictures(MediaPlaceholder imagePlaceholder, ImagePreprocessor preprocessor) implements MediaRule {

    @Override
    public MediaPlan plan(ImageSize size, int pictures) {
        return MediaPlan.of(preprocessor.plan(size.width(), size.height()));
    }

    @Override
    public IntFunction<PixelPatches> pixels(RasterImage image, int pictures) {
        PixelPatches patches = preprocessor.preprocess(image);
        return unit -> patches;
    }

    @Override
    public boolean makesSmaller() {
        return preprocessor.makesSmaller();
    }

    @Override
    public SinglePictures withMostTokens(int tokens) {
        return new SinglePictures(imagePlaceholder, preprocessor.withMostTokens(tokens));
    }
}
