package io.github.glimpse.model;

import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.FrameSizes;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchLayout;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoTimes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rule of families in which pictures and frames keep their shape, and a tower that reads some frames at once: Qwen2-VL and what
 * came after it. Every slice of a video is one unit.
 *
 * @param pictures what stands for a picture, and how it is cut
 * @param videoPlaceholder what stands for a video; null if none are taken
 * @param layout how the resized frames of a slice are cut
 * @param sizes to which frames are resized
 * @param frameSampling which frames of a video file are looked at
 * @param rows how slices become rows
 */
public record NativeMedia(
        SinglePictures pictures,
        @Nullable MediaPlaceholder videoPlaceholder,
        PatchLayout layout,
        FrameSizes sizes,
        FrameSampling frameSampling,
        SliceRows rows)
        implements MediaRule {

    private static final double FRAMES_PER_SECOND = 2;
    private static final int MIN_FRAMES = 4;
    private static final int MAX_FRAMES = 768;

    /** How the slices of a video become rows of a prompt, and the text around them. */
    @FunctionalInterface
    public interface SliceRows {

        /**
         * Lays out a video.
         *
         * @param plan how each slice is cut
         */
        MediaPlan of(VideoSlices slices, PatchPlan plan);

        /**
         * All slices follow one another, in the place of one placeholder.
         *
         * @param step positions from one slice to the next
         */
        static SliceRows inOneRun(ToDoubleFunction<VideoSlices> step) {
            return (slices, plan) -> new MediaPlan(
                    slices.units(plan), List.of(slices.run(plan.grid(), step.applyAsDouble(slices))), null);
        }

        /**
         * Each slice has its time before it, and a placeholder of its own.
         *
         * @param slice text that stands for one
         */
        static SliceRows stamped(String slice) {
            return (slices, plan) -> new MediaPlan(
                    slices.units(plan),
                    Collections.nCopies(slices.count(), TokenRun.of(plan.grid())),
                    VideoText.stamped(slices, slice));
        }
    }

    /** Which frames a file of settings wants, with the defaults of these families. */
    public static FrameSampling sampling(ModelConfig settings, FrameSampling.Spacing spacing) {
        return new FrameSampling(
                spacing,
                settings.number("fps", FRAMES_PER_SECOND, NumberRange.RATE),
                settings.positiveInteger("min_frames", MIN_FRAMES),
                settings.positiveInteger("max_frames", MAX_FRAMES));
    }

    @Override
    public MediaPlaceholder imagePlaceholder() {
        return pictures.imagePlaceholder();
    }

    @Override
    public MediaPlan plan(ImageSize size, int count) {
        return pictures.plan(size, count);
    }

    @Override
    public IntFunction<PixelPatches> pixels(RasterImage image, int count) {
        return pictures.pixels(image, count);
    }

    @Override
    public MediaPlan plan(ImageSize frame, VideoTimes times) {
        if (videoPlaceholder == null) {
            return MediaRule.super.plan(frame, times);
        }
        return rows.of(new VideoSlices(times, layout.frames()), slicePlan(frame, times));
    }

    private PatchPlan slicePlan(ImageSize frame, VideoTimes times) {
        return layout.plan(frame, sizes.of(frame, times.count()).get(0));
    }

    @Override
    public IntFunction<PixelPatches> pixels(IntFunction<RasterImage> frames, VideoTimes times) {
        VideoSlices slices = new VideoSlices(times, layout.frames());
        return slice -> {
            List<RasterImage> resized = new ArrayList<>();
            PatchPlan plan = null;
            int before = -1;
            for (int number : slices.frames(slice)) {
                if (number == before) {
                    resized.add(resized.get(resized.size() - 1));
                    continue;
                }
                RasterImage frame = frames.apply(number);
                plan = slicePlan(frame.size(), times);
                resized.add(ImageResizer.bicubic(frame, plan.resizedWidth(), plan.resizedHeight()));
                before = number;
            }
            return layout.cut(Objects.requireNonNull(plan), resized);
        };
    }

    @Override
    public boolean makesSmaller() {
        return pictures.makesSmaller();
    }

    @Override
    public NativeMedia withMostTokens(int tokens) {
        return new NativeMedia(pictures.withMostTokens(tokens), videoPlaceholder, layout, sizes, frameSampling, rows);
    }
}
