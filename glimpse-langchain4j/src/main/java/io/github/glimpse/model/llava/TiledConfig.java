package io.github.glimpse.model.llava;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.ResampleFilter;
import io.github.glimpse.model.PreprocessorFile;
import io.github.glimpse.model.clip.ClipConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the files of a LLaVA-NeXT or LLaVA-OneVision folder say of its pictures.
 *
 * @param side of a tile in pixels, which is the tower's picture
 * @param pinpoints sizes of pictures in tiles
 * @param mostTiles tokens are no more than so many tiles have, or they are shrunk; 0 for no limit
 * @param filter how pixels are weighed
 * @param imageMeans mean per channel, 0 to 1; the colour around a picture that is made a square
 * @param scale how colour levels become numbers
 */
record TiledConfig(
        int side,
        List<ImageSize> pinpoints,
        int mostTiles,
        ResampleFilter filter,
        List<Double> imageMeans,
        PixelScale scale) {

    private static final String PINPOINTS = "image_grid_pinpoints";
    private static final String ASPECT = "vision_aspect_ratio";
    private static final Pattern MOST_TILES = Pattern.compile("anyres_max_([1-9][0-9]{0,3})");

    /** Released models have at most 36 tiles. */
    private static final int MOST_TILES_OF_A_PICTURE = 64;

    private static final int MOST_PINPOINTS = 1_024;
    private static final int NEXT_SIDE = 336;
    private static final int ONEVISION_SIDE = 384;
    private static final int ONEVISION_TILES = 6;
    private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);

    TiledConfig {
        pinpoints = List.copyOf(pinpoints);
        imageMeans = List.copyOf(imageMeans);
        if (imageMeans.stream().anyMatch(mean -> !(mean >= 0 && mean <= 1))) {
            throw new ModelFilesException(PreprocessorFile.NAME + " has \"image_mean\": " + imageMeans
                    + ", but the colour of the padding needs numbers from 0 to 1");
        }
    }

    /** Of LLaVA-NeXT. */
    static TiledConfig next(ModelFiles files, ClipConfig vision) {
        PreprocessorFile file = new PreprocessorFile(files.imageSettings().node());
        checkSide(file, "crop_size", vision);
        List<ImageSize> usual = List.of(
                new ImageSize(2 * NEXT_SIDE, NEXT_SIDE),
                new ImageSize(NEXT_SIDE, 2 * NEXT_SIDE),
                new ImageSize(2 * NEXT_SIDE, 2 * NEXT_SIDE),
                new ImageSize(NEXT_SIDE, 3 * NEXT_SIDE),
                new ImageSize(3 * NEXT_SIDE, NEXT_SIDE));
        return new TiledConfig(
                vision.imageSize(),
                pinpoints(files, vision, usual),
                0,
                file.resizeFilter(),
                file.imageMeans(),
                file.scale());
    }

    /** Of LLaVA-OneVision. */
    static TiledConfig oneVision(ModelFiles files, ClipConfig vision) {
        return oneVision(files, files.imageSettings(), vision);
    }

    /** Of the frames of LLaVA-OneVision's videos. */
    static TiledConfig oneVisionFrames(ModelFiles files, ClipConfig vision) {
        return oneVision(files, files.videoSettings(), vision);
    }

    private static TiledConfig oneVision(ModelFiles files, ModelConfig settings, ClipConfig vision) {
        PreprocessorFile file = new PreprocessorFile(settings.fileName(), settings.node());
        checkSide(file, "crop_size", vision);
        List<ImageSize> usual = new ArrayList<>();
        for (int rows = 1; rows <= ONEVISION_TILES; rows++) {
            for (int columns = 1; columns <= ONEVISION_TILES; columns++) {
                usual.add(new ImageSize(columns * ONEVISION_SIDE, rows * ONEVISION_SIDE));
            }
        }
        return new TiledConfig(
                vision.imageSize(),
                pinpoints(files, vision, usual),
                mostTiles(files),
                file.resizeFilter(),
                file.imageMeans(HALVES),
                file.scale(HALVES, HALVES));
    }

    /** Both numbers of a size must be the side of the tower's picture. */
    static void checkSide(PreprocessorFile file, String cropKey, ClipConfig vision) {
        for (String key : List.of("size", cropKey)) {
            JsonNode size = file.at(key);
            List<JsonNode> sides = size.isNumber()
                    ? List.of(size)
                    : size.hasNonNull("shortest_edge")
                            ? List.of(size.get("shortest_edge"))
                            : List.of(size.path("height"), size.path("width"));
            for (JsonNode side : size.isMissingNode() ? List.<JsonNode>of() : sides) {
                if (file.number(key, side) != vision.imageSize()) {
                    throw new ModelFilesException(file.name() + " has \"" + key + "\": " + side
                            + ", but config.json has \"image_size\": " + vision.imageSize()
                            + " in its vision_config; take both files of the same model's repository");
                }
            }
        }
    }

    private static List<ImageSize> pinpoints(ModelFiles files, ClipConfig vision, List<ImageSize> usual) {
        ModelConfig config = files.config();
        ModelConfig pictures = files.imageSettings();
        List<ImageSize> found = config.has(PINPOINTS) ? pinpoints(config, vision.imageSize()) : null;
        List<ImageSize> others = pictures.has(PINPOINTS) ? pinpoints(pictures, vision.imageSize()) : null;
        if (found != null && others != null && !found.equals(others)) {
            throw new ModelFilesException("config.json and " + pictures.fileName() + " have different \"" + PINPOINTS
                    + "\"; take both files of the same model's repository");
        }
        return found != null ? found : others != null ? others : usual;
    }

    private static List<ImageSize> pinpoints(ModelConfig json, int side) {
        JsonNode list = json.node().get(PINPOINTS);
        List<ImageSize> sizes = new ArrayList<>();
        boolean fits = list.isArray() && !list.isEmpty() && list.size() <= MOST_PINPOINTS;
        for (int i = 0; fits && i < list.size(); i++) {
            JsonNode size = list.get(i);
            fits = size.isArray() && size.size() == 2 && isMultiple(size.get(0), side) && isMultiple(size.get(1), side);
            if (fits) {
                ImageSize found =
                        new ImageSize(size.get(1).intValue(), size.get(0).intValue());
                sizes.add(found);
                fits = found.pixelCount() <= (long) MOST_TILES_OF_A_PICTURE * side * side;
            }
        }
        if (!fits) {
            throw json.problem(
                    PINPOINTS,
                    "a list of up to " + MOST_PINPOINTS + " pairs of height and width, multiples of " + side
                            + " (the tower's image_size) with at most " + MOST_TILES_OF_A_PICTURE
                            + " tiles; take the file of the model's repository again");
        }
        return sizes;
    }

    private static boolean isMultiple(JsonNode number, int side) {
        return number.isIntegralNumber()
                && number.canConvertToInt()
                && number.intValue() >= side
                && number.intValue() % side == 0;
    }

    private static int mostTiles(ModelFiles files) {
        ModelConfig config = files.config();
        String aspect = config.string(ASPECT, "anyres_max_9");
        Matcher most = MOST_TILES.matcher(aspect);
        if (!most.matches()) {
            throw config.problem(ASPECT, "anyres_max_N, such as anyres_max_9; no other form is known");
        }
        Optional<String> processors =
                files.settings("processor_config.json").flatMap(processor -> processor.optionalString(ASPECT));
        if (processors.isPresent() && !processors.get().equals(aspect)) {
            throw new ModelFilesException("config.json has \"" + ASPECT + "\": \"" + aspect
                    + "\", processor_config.json \"" + processors.get()
                    + "\"; take both files of the same model's repository");
        }
        return Integer.parseInt(most.group(1));
    }
}
