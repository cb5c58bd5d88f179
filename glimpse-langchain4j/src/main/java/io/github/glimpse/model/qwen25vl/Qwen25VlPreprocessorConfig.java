package io.github.glimpse.model.qwen25vl;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.model.PreprocessorFile;

/**
 * What {@code preprocessor_config.json} of a Qwen2.5-VL folder says.
 *
 * @param patchSize side of a patch, in pixels
 * @param temporalPatchSize frames per patch; a still picture is there so many times
 * @param mergeSize patches along a side of an image token
 * @param minPixels smaller pictures are enlarged to about this many pixels
 * @param maxPixels larger pictures are shrunk to at most this many pixels; with {@code patchSize} and {@code
 *     mergeSize} it bounds the image tokens of a picture
 * @param scale how colour levels become numbers
 */
public record Qwen25VlPreprocessorConfig(
        int patchSize, int temporalPatchSize, int mergeSize, int minPixels, int maxPixels, PixelScale scale) {

    private static final int DEFAULT_PATCH_SIZE = 14;
    private static final int DEFAULT_TEMPORAL_PATCH_SIZE = 2;
    private static final int DEFAULT_MERGE_SIZE = 2;
    private static final int DEFAULT_MIN_PIXELS = 56 * 56;
    private static final int DEFAULT_MAX_PIXELS = 28 * 28 * 1280;
    private static final int MOST_SIDE = 1024;
    private static final int CHANNELS = 3;

    public Qwen25VlPreprocessorConfig {
        checkSide("patch_size", patchSize);
        checkSide("temporal_patch_size", temporalPatchSize);
        checkSide("merge_size", mergeSize);
        if (minPixels < 1 || maxPixels < minPixels) {
            throw new ModelFilesException(
                    "The pixel budget is " + minPixels + " to " + maxPixels + " (min_pixels and max_pixels"
                            + " in " + PreprocessorFile.NAME
                            + ", or the options that replace them); the second must not be smaller"
                            + " than the first, and both at least 1");
        }
        long factor = (long) patchSize * mergeSize;
        if (maxPixels < factor * factor) {
            throw new ModelFilesException(
                    "max_pixels is " + maxPixels + ", but one image token alone has " + factor * factor
                            + " pixels (patch_size " + patchSize + ", merge_size " + mergeSize + "); raise it");
        }
    }

    private static void checkSide(String key, int value) {
        if (value < 1 || value > MOST_SIDE) {
            throw new ModelFilesException(PreprocessorFile.NAME + " has \"" + key + "\": " + value
                    + ", but it must be 1 to " + MOST_SIDE + "; take the file of the model's repository again");
        }
    }

    /**
     * Reads the file. The budget comes from {@code min_pixels} and {@code max_pixels}; where they are missing, from
     * {@code size}, as newer files write it ({@code shortest_edge} and {@code longest_edge}, which are pixel counts in
     * spite of their names).
     *
     * @throws ModelFilesException if a key has a value that does not do
     */
    public static Qwen25VlPreprocessorConfig from(JsonNode json) {
        PreprocessorFile file = new PreprocessorFile(json);
        file.requireBicubicResize();
        return new Qwen25VlPreprocessorConfig(
                file.positive("patch_size", DEFAULT_PATCH_SIZE),
                file.positive("temporal_patch_size", DEFAULT_TEMPORAL_PATCH_SIZE),
                file.positive("merge_size", DEFAULT_MERGE_SIZE),
                pixels(file, "min_pixels", "shortest_edge", DEFAULT_MIN_PIXELS),
                pixels(file, "max_pixels", "longest_edge", DEFAULT_MAX_PIXELS),
                file.scale());
    }

    private static int pixels(PreprocessorFile file, String key, String edge, int defaultValue) {
        if (file.has(key)) {
            return file.positive(key, defaultValue);
        }
        JsonNode size = file.at("size");
        for (String name : new String[] {edge, key}) {
            if (size.hasNonNull(name)) {
                return PreprocessorFile.positive("size." + name, size.get(name));
            }
        }
        return defaultValue;
    }

    /**
     * Checks that pictures are cut as the tower wants them. Patches of another size may have as many values as the tower's, so the
     * tower itself would not notice.
     *
     * @throws ModelFilesException if a number differs
     */
    void checkFits(Qwen25VlConfig.Vision tower) {
        checkSame("patch_size", patchSize, "patch_size", tower.patchSize());
        checkSame("temporal_patch_size", temporalPatchSize, "temporal_patch_size", tower.temporalPatchSize());
        checkSame("merge_size", mergeSize, "spatial_merge_size", tower.mergeSize());
        if (tower.channels() != CHANNELS) {
            throw new ModelFilesException("config.json has \"in_channels\": " + tower.channels()
                    + " in its vision_config, but pictures have " + CHANNELS
                    + " colours; take the file of the model's repository again");
        }
    }

    private static void checkSame(String key, int value, String towerKey, int towerValue) {
        if (value != towerValue) {
            throw new ModelFilesException(PreprocessorFile.NAME + " has \"" + key + "\": " + value
                    + ", but config.json has \"" + towerKey + "\": " + towerValue
                    + " in its vision_config; take both files of the same model's repository");
        }
    }

    /** The same with another pixel budget: fewer pixels, fewer image tokens. */
    public Qwen25VlPreprocessorConfig withPixelBudget(int newMinPixels, int newMaxPixels) {
        return new Qwen25VlPreprocessorConfig(
                patchSize, temporalPatchSize, mergeSize, newMinPixels, newMaxPixels, scale);
    }
}
