package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.GoldenFiles;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NativePicturesTest {

    private static final SortedMap<String, byte[]> FILES =
            GoldenFiles.read(NativePicturesTest.class, "native-pictures.zip");

    /** The sums are the reference's own, in the same precision. */
    private static final float NO_DIFFERENCE = 0f;

    private static NativePictures preprocessor(String json) {
        try {
            return new NativePictures(
                    NativeSettings.of(new PreprocessorFile(new ObjectMapper().readTree(json)), NativeSettings.QWEN2));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static final NativePictures SMALL = preprocessor("""
            {"patch_size": 4, "temporal_patch_size": 2, "merge_size": 2, "min_pixels": 128, "max_pixels": 512}""");

    private static final NativePictures RELEASED = preprocessor("{\"min_pixels\": 3136, \"max_pixels\": 12845056}");

    @TestFactory
    Stream<DynamicTest> givesTheValuesOfTheReference() {
        return FILES.keySet().stream().filter(name -> name.endsWith(".in.ppm")).map(name -> {
            String base = name.substring(0, name.length() - ".in.ppm".length());
            return dynamicTest(base, () -> {
                PixelPatches patches = SMALL.preprocess(GoldenFiles.ppm(file(name)));

                assertThat(patches.resized()).isEqualTo(GoldenFiles.ppm(file(base + ".resized.ppm")));
                assertThat(patches.patchValues()).isEqualTo(3 * 2 * 4 * 4);
                assertThat(patches.values()).containsExactly(floats(file(base + ".f32")), within(NO_DIFFERENCE));
            });
        });
    }

    private static byte[] file(String name) {
        return Objects.requireNonNull(FILES.get(name), name);
    }

    private static float[] floats(byte[] bytes) {
        FloatBuffer buffer =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] floats = new float[buffer.remaining()];
        buffer.get(floats);
        return floats;
    }

    private static void assertResized(NativePictures preprocessor, int[] size, int[] resized) {
        PatchPlan plan = preprocessor.plan(size[0], size[1]);
        assertThat(new int[] {plan.resizedWidth(), plan.resizedHeight()}).isEqualTo(resized);
    }

    @Test
    void roundsHalvesToTheEvenMultiple() {
        assertResized(RELEASED, new int[] {42, 70}, new int[] {56, 56}); // 1.5 -> 2, 2.5 -> 2
        assertResized(RELEASED, new int[] {98, 126}, new int[] {112, 112}); // 3.5 -> 4, 4.5 -> 4
        assertResized(RELEASED, new int[] {97, 127}, new int[] {84, 140});
    }

    @Test
    void keepsSizesThatAreMultiplesWithinTheBudget() {
        assertResized(RELEASED, new int[] {280, 140}, new int[] {280, 140});
    }

    @Test
    void staysBelowTheBudgetWhenShrinking() {
        NativePictures tight = preprocessor("{\"min_pixels\": 3136, \"max_pixels\": 75264}");
        for (int width = 100; width < 4000; width += 371) {
            for (int height = 100; height < 4000; height += 293) {
                PatchPlan plan = tight.plan(width, height);
                assertThat(plan.resizedWidth() * plan.resizedHeight()).isLessThanOrEqualTo(75264);
            }
        }
    }

    @Test
    void reachesTheLeastBudgetWhenEnlarging() {
        for (int width = 1; width < 60; width += 3) {
            for (int height = 1; height < 60; height += 3) {
                PatchPlan plan = RELEASED.plan(width, height);
                assertThat(plan.resizedWidth() * plan.resizedHeight()).isGreaterThanOrEqualTo(3136);
            }
        }
    }

    @Test
    void neverGivesASideOfNoToken() {
        NativePictures tight = preprocessor("{\"min_pixels\": 3136, \"max_pixels\": 75264}");
        assertResized(tight, new int[] {5600, 28}, new int[] {3864, 28});
        assertResized(tight, new int[] {28, 5600}, new int[] {28, 3864});
        assertThat(RELEASED.plan(1, 1).grid().tokenCount()).isEqualTo(4);
    }

    // As the reference's smart_resize of all releases from 4.51.3 to 5.23: the short side rounds to nothing, which is
    // below any budget.
    @Test
    void aSideOfLessThanHalfATokenHasThePictureEnlarged() {
        assertResized(RELEASED, new int[] {1000, 10}, new int[] {560, 28});
        assertResized(RELEASED, new int[] {10, 1000}, new int[] {28, 560});
        assertResized(RELEASED, new int[] {1000, 14}, new int[] {476, 28});
        assertResized(RELEASED, new int[] {1000, 15}, new int[] {1008, 28});
    }

    @Test
    void refusesPicturesThatAreTooLong() {
        assertThat(RELEASED.plan(2000, 10).grid().rows()).isEqualTo(1);
        assertThatThrownBy(() -> RELEASED.plan(2001, 10))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("2001 x 10")
                .hasMessageContaining("200 times");
        assertThatThrownBy(() -> RELEASED.plan(10, 2001)).isInstanceOf(InvalidImageException.class);
    }

    @Test
    void refusesPicturesWhoseValuesFitNoArray() {
        NativePictures huge = preprocessor("{\"min_pixels\": 3136, \"max_pixels\": 2000000000}");
        assertThatThrownBy(() -> huge.plan(40_000, 40_000))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("max_pixels");
    }

    @Test
    void plansWhatItDoes() {
        RasterImage image = new RasterImage(61, 47, new byte[3 * 61 * 47]);
        assertThat(SMALL.preprocess(image).plan()).isEqualTo(SMALL.plan(61, 47));
    }

    @Test
    void tokensCoverTheOriginalPicture() {
        PatchPlan plan = RELEASED.plan(300, 100);
        assertThat(plan.grid()).isEqualTo(new ImageGrid(8, 22, 14, 2));
        assertThat(plan.area(0, 0)).isEqualTo(new PixelArea(0, 0, 300 / 11.0, 25));
        assertThat(plan.area(3, 10).right()).isCloseTo(300, within(1e-9));
        assertThat(plan.area(3, 10).bottom()).isEqualTo(100);
    }
}
