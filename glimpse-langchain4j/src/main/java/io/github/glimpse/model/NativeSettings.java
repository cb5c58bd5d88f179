package io.github.glimpse.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.PatchLayout;
import io.github.glimpse.image.PixelBudget;
import io.github.glimpse.image.PixelScale;

/**
 * What {@code preprocessor_config.json} or {@code video_preprocessor_config.json} says in families whose pictures keep their shape:
 * Qwen2-VL and what came after it.
 *
 * @param file name of the file, for messages
 * @param patchSize side of a patch, in pixels
 * @param temporalPatchSize frames per patch; a still picture is there so many times
 * @param mergeSize patches along a side of an image token
 * @param minPixels smaller pictures are enlarged to about this many pixels; of a frame or of a whole video, as the family says
 * @param maxPixels larger pictures are shrunk to at most this many pixels; with {@code patchSize} and {@code
 *     mergeSize} it bounds the image tokens of a picture
 * @param scale how colour levels become numbers
 */
public record NativeSettings(
        String file,
        int patchSize,
        int temporalPatchSize,
        int mergeSize,
        int minPixels,
        int maxPixels,
        PixelScale scale) {

    /** What Qwen2-VL's and Qwen2.5-VL's files leave out. */
    public static final NativeSettings QWEN2 =
            new NativeSettings(PreprocessorFile.NAME, 14, 2, 2, 56 * 56, 28 * 28 * 1280, PreprocessorFile.CLIP_SCALE);

    private static final int MOST_SIDE = 1024;
    private static final int CHANNELS = 3;

    /**
     * Checks the numbers.
     *
     * @throws ModelFilesException if one does not do
     */
    public NativeSettings {
        checkSide(file, "patch_size", patchSize);
        checkSide(file, "temporal_patch_size", temporalPatchSize);
        checkSide(file, "merge_size", mergeSize);
        if (minPixels < 1 || maxPixels < minPixels) {
            throw new ModelFilesException(
                    "The pixel budget is " + minPixels + " to " + maxPixels + " (min_pixels and max_pixels, or"
                            + " shortest_edge and longest_edge of size, in " + file
                            + ", or the options that replace them); the second must not be smaller"
                            + " than the first, and both at least 1");
        }
        long factor = (long) patchSize * mergeSize;
        if (maxPixels < factor * factor) {
            throw new ModelFilesException(
                    file + ": max_pixels is " + maxPixels + ", but one image token alone has " + factor * factor
                            + " pixels (patch_size " + patchSize + ", merge_size " + mergeSize + "); raise it");
        }
    }

    private static void checkSide(String file, String key, int value) {
        if (value < 1 || value > MOST_SIDE) {
            throw new ModelFilesException(file + " has \"" + key + "\": " + value + ", but it must be 1 to " + MOST_SIDE
                    + "; take the file of the model's repository again");
        }
    }

    /**
     * How pictures are cut, with the budget of the options where they have one.
     *
     * @param defaults for what the file leaves out
     */
    public static NativeSettings ofPictures(ModelFiles files, LoadOptions options, NativeSettings defaults) {
        NativeSettings settings = of(new PreprocessorFile(files.imageSettings().node()), defaults);
        Integer least = options.minPixels();
        Integer most = options.maxPixels();
        return settings.withPixelBudget(
                least == null ? settings.minPixels() : least, most == null ? settings.maxPixels() : most);
    }

    /**
     * How the frames of videos are cut. Folders without a file for videos have one for both.
     *
     * @param defaults for what the file leaves out
     */
    public static NativeSettings ofVideos(ModelFiles files, NativeSettings defaults) {
        ModelConfig settings = files.videoSettings();
        return of(new PreprocessorFile(settings.fileName(), settings.node()), defaults);
    }

    /**
     * Reads a file. The budget comes from {@code min_pixels} and {@code max_pixels}; where they are missing, from
     * {@code size}, as newer files write it ({@code shortest_edge} and {@code longest_edge}, which are pixel counts in
     * spite of their names).
     *
     * @param defaults for what the file leaves out
     * @throws ModelFilesException if a key has a value that does not do
     */
    public static NativeSettings of(PreprocessorFile file, NativeSettings defaults) {
        file.requireBicubicResize();
        return new NativeSettings(
                file.name(),
                file.positive("patch_size", defaults.patchSize),
                file.positive("temporal_patch_size", defaults.temporalPatchSize),
                file.positive("merge_size", defaults.mergeSize),
                pixels(file, "min_pixels", "shortest_edge", defaults.minPixels),
                pixels(file, "max_pixels", "longest_edge", defaults.maxPixels),
                file.scale());
    }

    private static int pixels(PreprocessorFile file, String key, String edge, int defaultValue) {
        if (file.has(key)) {
            return file.positive(key, defaultValue);
        }
        JsonNode size = file.at("size");
        for (String name : new String[] {edge, key}) {
            if (size.hasNonNull(name)) {
                return file.number("size." + name, size.get(name));
            }
        }
        return defaultValue;
    }

    /**
     * Checks that pictures are cut as the tower wants them, by the numbers of {@code vision_config}. Patches of another size may have
     * as many values as the tower's, so the tower itself would not notice.
     *
     * @throws ModelFilesException if a number differs
     */
    public void checkFits(int towerPatch, int towerFrames, int towerMerge, int towerChannels) {
        checkSame("patch_size", patchSize, "patch_size", towerPatch);
        checkSame("temporal_patch_size", temporalPatchSize, "temporal_patch_size", towerFrames);
        checkSame("merge_size", mergeSize, "spatial_merge_size", towerMerge);
        if (towerChannels != CHANNELS) {
            throw new ModelFilesException("config.json has \"in_channels\": " + towerChannels
                    + " in its vision_config, but pictures have " + CHANNELS
                    + " colours; take the file of the model's repository again");
        }
    }

    private void checkSame(String key, int value, String towerKey, int towerValue) {
        if (value != towerValue) {
            throw new ModelFilesException(file + " has \"" + key + "\": " + value
                    + ", but config.json has \"" + towerKey + "\": " + towerValue
                    + " in its vision_config; take both files of the same model's repository");
        }
    }

    /** The same with another pixel budget: fewer pixels, fewer image tokens. */
    public NativeSettings withPixelBudget(int newMinPixels, int newMaxPixels) {
        return new NativeSettings(file, patchSize, temporalPatchSize, mergeSize, newMinPixels, newMaxPixels, scale);
    }

    /** How resized pictures are cut. */
    public PatchLayout layout() {
        return new PatchLayout(patchSize, temporalPatchSize, mergeSize, scale);
    }

    /** Sizes to which pictures are resized. */
    public PixelBudget budget() {
        return new PixelBudget(patchSize * mergeSize, minPixels, maxPixels);
    }
}
