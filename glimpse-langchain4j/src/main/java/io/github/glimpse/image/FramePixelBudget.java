package io.github.glimpse.image;

import java.util.List;

/**
 * Every frame is resized as a picture would be, by a budget of its own: Qwen2-VL and Qwen2.5-VL.
 *
 * @param budget of one frame
 * @param capped whether long videos get smaller frames, as by the tool of the model's authors: all frames within 128,000 image tokens
 *     less a tenth, but a frame not below 1.05 times the least
 */
public record FramePixelBudget(PixelBudget budget, boolean capped) implements FrameSizes {

    private static final int SLICE = 2;
    private static final double VIDEO_TOKENS = 128_000;
    private static final double SHARE = 0.9;

    @Override
    public List<ImageSize> of(ImageSize frame, int frames) {
        VideoTimes.checkCount(frames);
        return List.of((capped ? cap(frames) : budget).fit(frame.width(), frame.height(), SLICE));
    }

    private PixelBudget cap(int frames) {
        long ofVideo = SLICE * (long) (VIDEO_TOKENS * budget.factor() * budget.factor() * SHARE);
        long most = Math.max(Math.min(budget.maxPixels(), ofVideo / frames), budget.aboveLeast());
        return new PixelBudget(budget.factor(), budget.minPixels(), most);
    }
}
