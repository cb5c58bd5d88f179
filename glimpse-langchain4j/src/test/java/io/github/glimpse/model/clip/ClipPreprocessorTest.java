package io.github.glimpse.model.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.image.GoldenFiles;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.ResampleFilter;
import io.github.glimpse.model.ImageAspect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ClipPreprocessorTest {

    private static final SortedMap<String, byte[]> FILES =
            GoldenFiles.read(ClipPreprocessorTest.class, "preprocessor.zip");

    /** The sums are the reference's own, in the same precision. */
    private static final float NO_DIFFERENCE = 0f;

    private static final String SMALL =
            "{\"size\": {\"shortest_edge\": 14}, \"crop_size\": {\"height\": 12, \"width\": 12}}";
    private static final String RELEASED = "{\"size\": 336, \"crop_size\": 336}";

    private static ClipPreprocessorConfig config(String json) {
        return ClipPreprocessorConfig.from(json(json));
    }

    private static JsonNode json(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
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

    @TestFactory
    Stream<DynamicTest> givesTheValuesOfTheReference() {
        return FILES.keySet().stream().filter(name -> name.endsWith(".in.ppm")).flatMap(name -> Stream.of(
                        new ImageAspect[] {ImageAspect.PAD, ImageAspect.CROP})
                .map(aspect -> {
                    String base = name.replace(".in.ppm", "." + aspect.name().toLowerCase(Locale.ROOT));
                    return dynamicTest(base, () -> {
                        PixelPatches patches =
                                new ClipPreprocessor(config(SMALL), 4, aspect).preprocess(GoldenFiles.ppm(file(name)));

                        assertThat(patches.resized()).isEqualTo(GoldenFiles.ppm(file(base + ".ppm")));
                        assertThat(patches.patchValues()).isEqualTo(3 * 4 * 4);
                        assertThat(patches.values())
                                .containsExactly(floats(file(base + ".f32")), within(NO_DIFFERENCE));
                    });
                }));
    }

    @Test
    void givesEveryPictureTheSameTokens() {
        ClipPreprocessor preprocessor = new ClipPreprocessor(config(RELEASED), 14, ImageAspect.PAD);
        assertThat(preprocessor.plan(1, 1).grid()).isEqualTo(new ImageGrid(24, 24, 14, 1));
        assertThat(preprocessor.plan(4000, 30).grid().tokenCount()).isEqualTo(576);
    }

    @Test
    void tokensOfAPaddedPictureReachOutOfIt() {
        PatchPlan plan = new ClipPreprocessor(config(RELEASED), 14, ImageAspect.PAD).plan(480, 241);
        assertThat(plan.area(0, 0)).isEqualTo(new PixelArea(0, -119, 20, 20));
        assertThat(plan.area(23, 23).bottom()).isEqualTo(361);
    }

    @Test
    void tokensOfACroppedPictureLieInItsMiddle() {
        PatchPlan plan = new ClipPreprocessor(config(RELEASED), 14, ImageAspect.CROP).plan(960, 480);
        assertThat(plan.area(0, 0)).isEqualTo(new PixelArea(240, 0, 20, 20));
        assertThat(plan.area(23, 23).right()).isEqualTo(720);
    }

    @Test
    void plansWhatItDoes() {
        ClipPreprocessor preprocessor = new ClipPreprocessor(config(SMALL), 4, ImageAspect.CROP);
        PixelPatches patches = preprocessor.preprocess(GoldenFiles.ppm(file("31x9.in.ppm")));
        assertThat(patches.plan()).isEqualTo(preprocessor.plan(31, 9));
    }

    @Test
    void refusesPicturesThatAreTooLong() {
        ClipPreprocessor preprocessor = new ClipPreprocessor(config(RELEASED), 14, ImageAspect.PAD);
        assertThatThrownBy(() -> preprocessor.plan(1, 201))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("1 x 201");
    }

    @Test
    void readsBothFormsOfSizes() {
        assertThat(config(RELEASED).shortSide()).isEqualTo(336);
        assertThat(config(SMALL).cropHeight()).isEqualTo(12);
        ClipPreprocessorConfig exact =
                config("{\"size\": {\"height\": 30, \"width\": 40}, \"crop_size\": {\"height\": 28, \"width\": 36}}");
        assertThat(exact.shortSide()).isZero();
        assertThat(exact.resizedWidth()).isEqualTo(40);
        assertThat(exact.cropWidth()).isEqualTo(36);
        assertThat(config("{}").cropWidth()).isEqualTo(224);
        assertThat(config("{\"size\": {\"height\": 28, \"width\": 42}, \"do_center_crop\": false}")
                        .cropWidth())
                .isEqualTo(42);
    }

    @Test
    void stretchesToExactSides() {
        ClipPreprocessorConfig exact =
                config("{\"size\": {\"height\": 28, \"width\": 42}, \"crop_size\": {\"height\": 14, \"width\": 28}}");
        PatchPlan plan = new ClipPreprocessor(exact, 14, ImageAspect.CROP).plan(84, 84);
        assertThat(plan.area(0, 0)).isEqualTo(new PixelArea(14, 21, 28, 42));
    }

    @Test
    void namesTheKeyThatIsWrong() {
        assertRefused("{\"size\": 0}", "size");
        assertRefused("{\"size\": {\"width\": 3}}", "size.height");
        assertRefused("{\"size\": \"large\"}", "size");
        assertRefused("{\"size\": 20, \"crop_size\": 21}", "crop_size");
        assertRefused("{\"size\": 20, \"crop_size\": {\"height\": 20}}", "crop_size.width");
        assertRefused("{\"size\": 100000, \"crop_size\": 20}", "size");
        assertRefused("{\"image_mean\": [2, 0, 0]}", "image_mean");
        assertRefused("{\"do_center_crop\": false}", "do_center_crop");
        assertRefused("{\"resample\": 0}", "resample");
        assertRefused("{\"resample\": \"2\"}", "resample");
        assertRefused("{\"resample\": 2.5}", "resample");
    }

    private static void assertRefused(String json, String key) {
        assertThatThrownBy(() -> config(json))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("preprocessor_config.json")
                .hasMessageContaining(key);
    }

    /** SigLIP so400m: 384 pixels are 27 patches of 14 and six pixels. */
    @Test
    void leavesOutWhatTheTowersConvolutionIgnores() {
        ClipConfig tower = tower(384, 14);
        ClipPreprocessor preprocessor =
                new ClipPreprocessor(ClipPreprocessorConfig.squashing(json("{}"), 384), tower, ImageAspect.CROP);
        byte[] rgb = new byte[3 * 384 * 384];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i % 3 == 0 ? i / 3 % 384 / 14 : i / 3 / 384 / 14);
        }

        PixelPatches patches = preprocessor.preprocess(new RasterImage(384, 384, rgb));

        assertThat(patches.plan().grid()).isEqualTo(new ImageGrid(27, 27, 14, 1));
        assertThat(patches.resized().width()).isEqualTo(384);
        PixelScale scale = ClipPreprocessorConfig.squashing(json("{}"), 384).scale();
        for (int patch = 0; patch < 27 * 27; patch++) {
            int first = patch * patches.patchValues();
            assertThat(patches.values()[first]).isEqualTo(scale.value(0, (byte) (patch % 27)));
            assertThat(patches.values()[first + patches.patchValues() - 1])
                    .isEqualTo(scale.value(2, (byte) (patch / 27)));
        }
    }

    @Test
    void refusesARestThatIsNotTheTowers() {
        ClipPreprocessorConfig config = ClipPreprocessorConfig.squashing(json("{}"), 384);
        assertThatThrownBy(() -> new ClipPreprocessor(config, tower(378, 14), ImageAspect.CROP))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("384");
    }

    @Test
    void refusesOtherPicturesThanTheTowerHasPlacesForAndNamesBothFiles() {
        for (String file : List.of(
                "{\"size\": 224, \"crop_size\": 224}",
                "{\"size\": 448, \"crop_size\": {\"width\": 336, \"height\": 224}}")) {
            assertThatThrownBy(() -> new ClipPreprocessor(config(file), tower(336, 14), ImageAspect.PAD))
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("preprocessor_config.json makes pictures of")
                    .hasMessageContaining("x 224 pixels")
                    .hasMessageContaining("config.json has \"image_size\": 336 and \"patch_size\": 14")
                    .hasMessageContaining("24 x 24");
        }
    }

    @Test
    void refusesATowerOfOtherThanThreeColours() {
        ClipConfig grey = ClipConfig.of(
                ModelConfig.ofJson("vision_config", "{\"image_size\": 336, \"patch_size\": 14, \"num_channels\": 1}"));
        assertThatThrownBy(() -> new ClipPreprocessor(config(RELEASED), grey, ImageAspect.PAD))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("\"num_channels\": 1");
    }

    private static ClipConfig tower(int imageSize, int patchSize) {
        return ClipConfig.of(ModelConfig.ofJson(
                "vision_config", "{\"image_size\": " + imageSize + ", \"patch_size\": " + patchSize + "}"));
    }

    @Test
    void readsHowPixelsAreWeighed() {
        assertThat(config("{}").filter()).isEqualTo(ResampleFilter.BICUBIC);
        assertThat(config("{\"resample\": 3}").filter()).isEqualTo(ResampleFilter.BICUBIC);
        assertThat(config("{\"resample\": 2}").filter()).isEqualTo(ResampleFilter.BILINEAR);
    }

    @Test
    void refusesPatchesThatDoNotFitTheCrop() {
        assertThatThrownBy(() -> new ClipPreprocessor(config(RELEASED), 13, ImageAspect.PAD))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("13")
                .hasMessageContaining("336");
    }
}
