package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** The pixels of units, compared with what a family's fixtures hold of them. */
final class UnitPixels {

    private static final double PIXELS = 1e-6;

    private final FixtureCase fixture;
    private final Differences differences;
    private String medium = "";
    private int rowsBefore;
    private int viewsBefore;

    UnitPixels(FixtureCase fixture, Differences differences) {
        this.fixture = fixture;
        this.differences = differences;
    }

    private JsonNode expected() {
        return fixture.expected();
    }

    /**
     * Compares one unit, as far as the fixtures tell: resized pixels, or what the tower sees of tiles and frames, and some rows of
     * the tower's matrix. Units come in the order of the prompt.
     */
    void compare(int number, PixelPatches patches) {
        JsonNode unit = UnitReport.withTokens(expected().get("units")).get(number);
        String kind = unit.get("kind").textValue();
        boolean isVideo = kind.equals("video");
        int index = unit.get("index").intValue();
        int slice = unit.get("slice").intValue();
        Path pictures = fixture.family().directory().resolve("images");
        String name = (isVideo ? "video-" : "")
                + expected()
                        .get(isVideo ? "videos" : "images")
                        .get(index)
                        .textValue()
                        .replaceFirst("\\.[a-z]+$", "");
        Path file = pictures.resolve(name + ".safetensors");
        Path square = pictures.resolve(name + "-square-tiles.png");
        Path tiles = pictures.resolve(name + "-tiles.png");
        boolean asSquare = expected().get("images").size() > 1 && Files.exists(square);
        if (Files.exists(tiles)) {
            compareTiles(asSquare ? square : tiles, asSquare ? "" : file.toString(), name + " " + index, patches);
            return;
        }
        compareSizes(patches, isVideo, index);
        if (!Files.exists(file)) {
            return;
        }
        FixtureTensors tensors = new FixtureTensors(file);
        if (tensors.has("resized_rgb")) {
            byte[] rgb = tensors.unsignedBytes("resized_rgb");
            int frame = patches.resized().rgb().length;
            int first = isVideo ? 2 * slice * frame : 0;
            differences.equal("resized rgb", patches.resized().rgb(), Arrays.copyOfRange(rgb, first, first + frame));
        }
        if (tensors.has("pixel_values_rows")) {
            float[] rows = tensors.floats("pixel_values_rows");
            int[] places = tensors.ints("pixel_values_rows_index");
            int patchCount = patches.plan().grid().patchCount();
            for (int i = 0; i < places.length; i++) {
                int row = places[i] - slice * patchCount;
                if (row >= 0 && row < patchCount) {
                    int width = patches.patchValues();
                    differences.close(
                            "pixel values",
                            Arrays.copyOfRange(patches.values(), row * width, (row + 1) * width),
                            Arrays.copyOfRange(rows, i * width, (i + 1) * width),
                            PIXELS);
                }
            }
        }
    }

    /**
     * Compares what the tower sees of a unit with its part of a picture of all views, one below the other.
     *
     * @param values tensors of one of the views, if there is such a file
     */
    private void compareTiles(Path picture, String values, String name, PixelPatches patches) {
        if (!name.equals(medium)) {
            medium = name;
            rowsBefore = 0;
            viewsBefore = 0;
        }
        RasterImage seen = patches.resized();
        RasterImage all = raster(picture);
        differences.equal("width of the views", seen.width(), all.width());
        int row = 3 * all.width();
        differences.equal(
                "views",
                seen.rgb(),
                Arrays.copyOfRange(all.rgb(), rowsBefore * row, (rowsBefore + seen.height()) * row));
        rowsBefore += seen.height();
        int views = seen.height() / seen.width();
        if (!values.isEmpty() && Files.exists(Path.of(values))) {
            FixtureTensors tensors = new FixtureTensors(Path.of(values));
            int view = tensors.ints("pixel_values_rows_index")[0] - viewsBefore;
            if (view >= 0 && view < views) {
                int size = patches.values().length / views;
                float[] ofView = Arrays.copyOfRange(patches.values(), view * size, (view + 1) * size);
                ImageGrid grid = patches.plan().grid();
                float[] expected = tensors.floats("pixel_values_rows");
                differences.close("pixel values", unfolded(ofView, grid, seen.width()), expected, PIXELS);
            }
        }
        viewsBefore += views;
    }

    /** Patches, those of a token together, to a square picture [channel, y, x]. */
    private static float[] unfolded(float[] values, ImageGrid grid, int side) {
        int size = grid.patchSize();
        int merge = grid.mergeSize();
        int columns = side / size / merge;
        float[] picture = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int patch = i / (3 * size * size);
            int token = patch / (merge * merge);
            int inside = patch % (merge * merge);
            int y = (token / columns * merge + inside / merge) * size + i / size % size;
            int x = (token % columns * merge + inside % merge) * size + i % size;
            picture[i % (3 * size * size) / (size * size) * side * side + y * side + x] = values[i];
        }
        return picture;
    }

    private static RasterImage raster(Path file) {
        try {
            BufferedImage image = ImageIO.read(file.toFile());
            byte[] rgb = new byte[3 * image.getWidth() * image.getHeight()];
            for (int i = 0; i < rgb.length; i++) {
                int pixel = image.getRGB(i / 3 % image.getWidth(), i / 3 / image.getWidth());
                rgb[i] = (byte) (pixel >> (16 - 8 * (i % 3)));
            }
            return new RasterImage(image.getWidth(), image.getHeight(), rgb);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void compareSizes(PixelPatches patches, boolean isVideo, int index) {
        JsonNode size =
                expected().path(isVideo ? "video_resized_hw" : "resized_hw").path(index);
        if (size.isArray()) {
            differences.equal(
                    "resized height, width",
                    new int[] {patches.resized().height(), patches.resized().width()},
                    Differences.ints(size));
        }
        JsonNode grid =
                expected().path(isVideo ? "video_grid_thw" : "image_grid_thw").path(index);
        if (grid.isArray()) {
            differences.equal(
                    "patch grid",
                    new int[] {
                        patches.plan().grid().patchRows(), patches.plan().grid().patchColumns()
                    },
                    new int[] {grid.get(1).intValue(), grid.get(2).intValue()});
        }
    }
}
