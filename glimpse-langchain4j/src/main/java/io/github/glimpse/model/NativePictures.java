package io.github.glimpse.model;

import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelBudget;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import java.util.Collections;

/**
 * Pictures keep their shape: each is stretched so that both sides are multiples of an image token's side and the pixels lie within
 * a budget ({@link PixelBudget}), and the grid of tokens follows from that. Qwen2-VL and what came after it.
 *
 * @param settings sizes and budget
 * @see <a href="https://arxiv.org/abs/2409.12191">Qwen2-VL, section 2.1, naive dynamic resolution</a>
 */
public record NativePictures(NativeSettings settings) implements ImagePreprocessor {

    @Override
    public PatchPlan plan(int width, int height) {
        ImageSize resized = settings.budget().fit(width, height, settings.temporalPatchSize());
        return settings.layout().plan(new ImageSize(width, height), resized);
    }

    @Override
    public boolean makesSmaller() {
        return true;
    }

    @Override
    public NativePictures withMostTokens(int tokens) {
        int side = settings.layout().tokenSide();
        int most = (int) Math.min(settings.maxPixels(), (long) tokens * side * side);
        return new NativePictures(settings.withPixelBudget(Math.min(settings.minPixels(), most), most));
    }

    @Override
    public PixelPatches preprocess(RasterImage image) {
        PatchPlan plan = plan(image.width(), image.height());
        RasterImage resized = ImageResizer.bicubic(image, plan.resizedWidth(), plan.resizedHeight());
        return settings.layout().cut(plan, Collections.nCopies(settings.temporalPatchSize(), resized));
    }
}
