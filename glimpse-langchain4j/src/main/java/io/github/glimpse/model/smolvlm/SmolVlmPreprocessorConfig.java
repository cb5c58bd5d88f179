package io.github.glimpse.model.smolvlm;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.FrameSampling.Spacing;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.ResampleFilter;
import io.github.glimpse.model.PreprocessorFile;
import java.util.List;

/**
 * What {@code preprocessor_config.json} of a SmolVLM or Idefics3 folder says.
 *
 * @param longSide to which the long side of a picture is resized first
 * @param tileSide side of a tile
 * @param splits whether pictures are cut into tiles
 * @param filter how pixels are weighed
 * @param scale how colour levels become numbers
 * @param sampling which frames of a video file are looked at
 */
record SmolVlmPreprocessorConfig(
        int longSide, int tileSide, boolean splits, ResampleFilter filter, PixelScale scale, FrameSampling sampling) {

    /** The reference makes no picture larger. */
    private static final int MOST_SIDE = 4_096;

    /** More tiles of a picture than this are a fault of the file: released models have at most 36. */
    private static final int MOST_TILES_OF_A_ROW = 16;

    private static final int DEFAULT_LONG_SIDE = 4 * 364;
    private static final int DEFAULT_TILE_SIDE = 364;
    private static final double FRAMES_PER_SECOND = 1;
    private static final int MOST_FRAMES = 64;
    private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);

    SmolVlmPreprocessorConfig {
        if (longSide > MOST_SIDE || tileSide > MOST_SIDE || longSide > (long) MOST_TILES_OF_A_ROW * tileSide) {
            throw new ModelFilesException(PreprocessorFile.NAME + " makes pictures of " + longSide
                    + " pixels (\"size.longest_edge\") in tiles of " + tileSide
                    + " (\"max_image_size.longest_edge\"), but both may be at most " + MOST_SIDE
                    + ", and a row may have "
                    + MOST_TILES_OF_A_ROW + " tiles; take the file of the model's repository again");
        }
    }

    static SmolVlmPreprocessorConfig from(ModelConfig settings) {
        PreprocessorFile file = new PreprocessorFile(settings.node());
        return new SmolVlmPreprocessorConfig(
                longestEdge(file, "size", DEFAULT_LONG_SIDE),
                longestEdge(file, "max_image_size", DEFAULT_TILE_SIDE),
                file.flag("do_image_splitting", true),
                file.resizeFilter(ResampleFilter.LANCZOS),
                file.scale(HALVES, HALVES),
                settings.optionalAt("video_sampling")
                        .map(SmolVlmPreprocessorConfig::sampling)
                        .orElse(new FrameSampling(Spacing.WITHOUT_ENDS, FRAMES_PER_SECOND, 1, MOST_FRAMES)));
    }

    private static FrameSampling sampling(ModelConfig settings) {
        return new FrameSampling(
                Spacing.WITHOUT_ENDS,
                settings.number("fps", FRAMES_PER_SECOND, NumberRange.RATE),
                1,
                settings.positiveInteger("max_frames", MOST_FRAMES));
    }

    private static int longestEdge(PreprocessorFile file, String key, int byDefault) {
        JsonNode size = file.at(key);
        return size.isMissingNode()
                ? byDefault
                : PreprocessorFile.positive(key + ".longest_edge", size.path("longest_edge"));
    }
}
