package io.github.glimpse.image;

import java.util.List;

/**
 * The frames share one budget, so those of a long video become small: Qwen3-VL. Frames with a side below an image token's are scaled up
 * first.
 *
 * @param budget of the whole video
 * @param capped whether no frame gets more than 768 image tokens, as by the tool of the model's authors, unless the least asks for it
 */
public record VideoPixelBudget(PixelBudget budget, boolean capped) implements FrameSizes {

    private static final int SLICE = 2;
    private static final long FRAME_TOKENS = 768;

    @Override
    public List<ImageSize> of(ImageSize frame, int frames) {
        VideoTimes.checkCount(frames);
        PixelBudget.checkAspect(frame.width(), frame.height());
        int factor = budget.factor();
        double width = frame.width();
        double height = frame.height();
        if (Math.min(width, height) < factor) {
            double scale = factor / Math.min(width, height);
            width = Math.floor(width * scale);
            height = Math.floor(height * scale);
        }
        double pixels = frames * height * width;
        double rounded = Math.rint(frames / (double) SLICE) * SLICE * budget.nearest(height) * budget.nearest(width);
        long most = capped ? cap(frames) : budget.maxPixels();
        long resizedWidth = budget.nearest(width);
        long resizedHeight = budget.nearest(height);
        if (rounded > most) {
            double shrink = Math.sqrt(pixels / most);
            resizedWidth = budget.down(width / shrink);
            resizedHeight = budget.down(height / shrink);
        } else if (rounded < budget.minPixels()) {
            double enlarge = Math.sqrt(budget.minPixels() / pixels);
            resizedWidth = budget.up(width * enlarge);
            resizedHeight = budget.up(height * enlarge);
        }
        return List.of(PixelBudget.checked(frame.width(), frame.height(), resizedWidth, resizedHeight, SLICE));
    }

    private long cap(int frames) {
        long ofFrame = Math.min(FRAME_TOKENS * budget.factor() * budget.factor(), budget.maxPixels() / frames);
        return frames * Math.max(ofFrame, budget.aboveLeast());
    }
}
