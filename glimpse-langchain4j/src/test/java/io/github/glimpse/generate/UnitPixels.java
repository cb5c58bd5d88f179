package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.image.PixelPatches;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The pixels of units, compared with what a family's fixtures hold of them. */
final class UnitPixels {

    private static final double PIXELS = 1e-6;

    private final FixtureCase fixture;
    private final Differences differences;

    UnitPixels(FixtureCase fixture, Differences differences) {
        this.fixture = fixture;
        this.differences = differences;
    }

    private JsonNode expected() {
        return fixture.expected();
    }

    /**
     * Compares one unit, as far as the fixtures tell: resized pixels, and some rows of the tower's matrix. Tiles are compared where
     * they are made, by tests of their families.
     */
    void compare(int number, PixelPatches patches) {
        JsonNode unit = expected().get("units").get(number);
        String kind = unit.get("kind").textValue();
        boolean isVideo = kind.equals("video");
        if (!isVideo && !kind.equals("image")) {
            return;
        }
        int index = unit.get("index").intValue();
        int slice = unit.get("slice").intValue();
        compareSizes(patches, isVideo, index);
        String name = expected().get(isVideo ? "videos" : "images").get(index).textValue();
        Path file = fixture.family()
                .directory()
                .resolve("images")
                .resolve((isVideo ? "video-" : "") + name.replaceFirst("\\.[a-z]+$", "") + ".safetensors");
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
