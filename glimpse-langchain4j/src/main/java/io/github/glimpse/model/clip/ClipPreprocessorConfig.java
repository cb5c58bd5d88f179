package io.github.glimpse.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.ResampleFilter;
import io.github.glimpse.model.PreprocessorFile;
import java.util.List;

/**
 * What {@code preprocessor_config.json} of a CLIP, LLaVA-1.5, BLIP or SigLIP folder says.
 *
 * @param shortSide the shorter side after the resize, or 0 if both sides are given
 * @param resizedWidth width after the resize, or 0 if only the shorter side is given
 * @param resizedHeight height after the resize, or 0
 * @param cropWidth width of the middle that is cut out
 * @param cropHeight height of the middle that is cut out
 * @param filter how pixels are weighed in the resize
 * @param imageMeans mean per channel, 0 to 1; the colour of the padding
 * @param scale how colour levels become numbers
 */
public record ClipPreprocessorConfig(
        int shortSide,
        int resizedWidth,
        int resizedHeight,
        int cropWidth,
        int cropHeight,
        ResampleFilter filter,
        List<Double> imageMeans,
        PixelScale scale) {

    private static final int DEFAULT_SIDE = 224;
    private static final int MOST_SIDE = 8192;

    public ClipPreprocessorConfig {
        imageMeans = List.copyOf(imageMeans);
        if (imageMeans.size() != 3 || imageMeans.stream().anyMatch(mean -> !(mean >= 0 && mean <= 1))) {
            throw new ModelFilesException(PreprocessorFile.NAME + " has \"image_mean\": " + imageMeans
                    + ", but the colour of the padding needs three numbers from 0 to 1");
        }
        boolean bothSides = shortSide == 0;
        int width = bothSides ? resizedWidth : shortSide;
        int height = bothSides ? resizedHeight : shortSide;
        if (width < 1 || height < 1 || width > MOST_SIDE || height > MOST_SIDE) {
            throw new ModelFilesException(PreprocessorFile.NAME + " has \"size\" " + width + " x " + height
                    + ", but sides must be 1 to " + MOST_SIDE);
        }
        if (cropWidth < 1 || cropHeight < 1 || cropWidth > width || cropHeight > height) {
            throw new ModelFilesException(PreprocessorFile.NAME + " has \"crop_size\" " + cropWidth + " x " + cropHeight
                    + ", which is not within \"size\" " + width + " x " + height);
        }
    }

    /**
     * Reads the file of CLIP or LLaVA, in both forms: plain numbers, or objects with {@code shortest_edge} or {@code height}
     * and {@code width}. The middle is cut out, by default.
     *
     * @throws ModelFilesException if a key has a value that does not do
     */
    public static ClipPreprocessorConfig from(JsonNode json) {
        return from(json, true, DEFAULT_SIDE);
    }

    /**
     * Reads the file of BLIP or SigLIP, whose pictures are squashed into a square: a plain number, or {@code height} and
     * {@code width}. Nothing is cut off, by default.
     *
     * @param defaultSide the side where the file has no {@code size}
     * @throws ModelFilesException if a key has a value that does not do
     */
    public static ClipPreprocessorConfig squashing(JsonNode json, int defaultSide) {
        return from(json, false, defaultSide);
    }

    private static ClipPreprocessorConfig from(JsonNode json, boolean crops, int defaultSide) {
        PreprocessorFile file = new PreprocessorFile(json);
        ResampleFilter filter = file.resizeFilter();
        boolean cropping = file.flag("do_center_crop", crops);
        JsonNode size = file.at("size");
        int shortSide = 0;
        int width = 0;
        int height = 0;
        if (size.isMissingNode()) {
            shortSide = defaultSide;
        } else if (size.isNumber()) {
            shortSide = PreprocessorFile.positive("size", size);
        } else if (size.hasNonNull("shortest_edge")) {
            shortSide = PreprocessorFile.positive("size.shortest_edge", size.get("shortest_edge"));
        } else {
            width = side("size", size, "width");
            height = side("size", size, "height");
        }
        if (!crops && !cropping && !size.hasNonNull("shortest_edge")) {
            width = Math.max(width, shortSide);
            height = Math.max(height, shortSide);
            shortSide = 0;
        }
        if (!cropping) {
            if (shortSide > 0) {
                throw PreprocessorFile.wrong(
                        "do_center_crop",
                        file.at("do_center_crop"),
                        "true, or \"size\" must give height and width: else pictures keep their shape");
            }
            return new ClipPreprocessorConfig(0, width, height, width, height, filter, file.imageMeans(), file.scale());
        }
        JsonNode crop = file.at("crop_size");
        boolean square = crop.isNumber() || crop.hasNonNull("shortest_edge");
        int side = !square
                ? 0
                : PreprocessorFile.positive("crop_size", crop.isNumber() ? crop : crop.get("shortest_edge"));
        if (crop.isMissingNode()) {
            side = DEFAULT_SIDE;
        }
        return new ClipPreprocessorConfig(
                shortSide,
                width,
                height,
                side > 0 ? side : side("crop_size", crop, "width"),
                side > 0 ? side : side("crop_size", crop, "height"),
                filter,
                file.imageMeans(),
                file.scale());
    }

    private static int side(String key, JsonNode object, String name) {
        return PreprocessorFile.positive(key + "." + name, object.path(name));
    }
}
