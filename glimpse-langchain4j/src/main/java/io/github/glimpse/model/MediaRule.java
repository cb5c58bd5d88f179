package io.github.glimpse.model;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoTimes;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a family does with the pictures and videos of a prompt before its vision tower sees them: into which units they are cut,
 * which rows and which text they get, and the pixels of each unit. Safe for concurrent use.
 */
public interface MediaRule {

    /** What stands for a picture. */
    MediaPlaceholder imagePlaceholder();

    /** What stands for a video; null if the family takes none. */
    default @Nullable MediaPlaceholder videoPlaceholder() {
        return null;
    }

    /** Which frames of a video file are looked at; null if the family takes no videos, or takes the frames that it is sent. */
    default @Nullable FrameSampling frameSampling() {
        return null;
    }

    /**
     * Cuts a picture, by its size alone.
     *
     * @param pictures how many pictures the prompt has, of all turns
     * @throws io.github.glimpse.InvalidImageException if the family cannot take a picture of this shape
     */
    MediaPlan plan(ImageSize size, int pictures);

    /**
     * Resizes, normalises and cuts a picture.
     *
     * @param pictures as for {@link #plan(ImageSize, int)}
     * @return by unit its patches, made when asked
     */
    IntFunction<PixelPatches> pixels(RasterImage image, int pictures);

    /**
     * Cuts a video, by the size of its frames alone.
     *
     * @param frame size of each frame
     * @throws UnsupportedContentException if the family takes none
     */
    default MediaPlan plan(ImageSize frame, VideoTimes times) {
        throw noVideo();
    }

    /**
     * Resizes, normalises and cuts a video.
     *
     * @param frames by their number, all of one size; each is decoded when it is asked for, so none is asked for before its unit is,
     *     and none is kept
     * @return by unit its patches, made when asked
     */
    default IntFunction<PixelPatches> pixels(IntFunction<RasterImage> frames, VideoTimes times) {
        throw noVideo();
    }

    /** What to say where a video comes to a model that takes none. */
    static UnsupportedContentException noVideo() {
        return new UnsupportedContentException(
                "This model takes no videos; send single frames as images, or use a model of another family, such as qwen3-vl");
    }

    /** Whether {@link #withMostTokens} is possible: pictures of different sizes have different numbers of tokens. */
    default boolean makesSmaller() {
        return false;
    }

    /**
     * The same, but for smaller pictures: none gets more tokens than this.
     *
     * @param tokens at least 1
     * @throws UnsupportedModelException if the number of tokens of a picture is not free in this family
     */
    default MediaRule withMostTokens(int tokens) {
        throw new UnsupportedModelException(
                "The number of tokens of a picture cannot be chosen in this model's family, so"
                        + " a smaller picture saves nothing; use the pruning strategy pool or div-prune");
    }
}
