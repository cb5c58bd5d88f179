package io.github.glimpse.model.smolvlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.MediaPlan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What tiles a picture is cut into, and what is refused. The pixels of tiles are compared by {@code ReferenceFixturesIT}. */
class SmolVlmMediaTest {

    private static final Path FOLDER = Path.of("src/test/resources/fixtures/smolvlm-tiny/model");
    private static final String RELEASED =
            "{\"size\": {\"longest_edge\": 2048}, \"max_image_size\": {\"longest_edge\": 512}}";

    private static SmolVlmConfig config() {
        return SmolVlmConfig.of(ModelConfig.ofFile(FOLDER.resolve("config.json")));
    }

    private static SmolVlmConfig config(String key, String value) {
        return SmolVlmConfig.of(ModelConfig.ofJson(
                "config.json",
                ModelConfig.ofFile(FOLDER.resolve("config.json"))
                        .node()
                        .toString()
                        .replaceFirst("\"" + key + "\":[^,}]+", "\"" + key + "\":" + value)));
    }

    private static SmolVlmPreprocessorConfig pictures(String json) {
        return SmolVlmPreprocessorConfig.from(ModelConfig.ofJson("preprocessor_config.json", json));
    }

    private static SmolVlmMedia media() {
        return new SmolVlmMedia(
                config(),
                pictures("{\"size\": {\"longest_edge\": 168}, \"max_image_size\": {\"longest_edge\": 56}}"),
                "<image>",
                true);
    }

    /** Rows and columns of tiles as the rule gives them for the released sizes. */
    @ParameterizedTest
    @CsvSource({
        "2048, 2048, 4, 4",
        "640, 480, 3, 4",
        "480, 640, 4, 3",
        "100, 100, 4, 4",
        "2048, 512, 1, 4",
        "1000, 2, 1, 4",
        "2, 1000, 4, 1",
        "1, 10000, 4, 1",
        "10000, 1, 1, 4",
        "1, 1, 4, 4"
    })
    void cutsAPictureOfAnyShapeIntoTiles(int width, int height, int rows, int columns) {
        TileSizes sizes = TileSizes.of(new ImageSize(width, height), pictures(RELEASED));

        assertThat(List.of(sizes.rows(), sizes.columns())).containsExactly(rows, columns);
        assertThat(sizes.second()).isEqualTo(new ImageSize(512 * columns, 512 * rows));
    }

    @Test
    void aPictureOfOneTileIsSeenOnce() {
        SmolVlmPreprocessorConfig one =
                pictures("{\"size\": {\"longest_edge\": 56}, \"max_image_size\": {\"longest_edge\": 56}}");
        SmolVlmPreprocessorConfig unsplit =
                pictures("{\"size\": {\"longest_edge\": 168}, \"do_image_splitting\": false,"
                        + " \"max_image_size\": {\"longest_edge\": 56}}");
        for (SmolVlmPreprocessorConfig file : List.of(one, unsplit)) {
            MediaPlan plan = new SmolVlmMedia(config(), file, "<image>", true).plan(new ImageSize(300, 200), 1);

            assertThat(plan.units()).hasSize(1);
            assertThat(plan.tokens()).isEqualTo(16);
            assertThat(plan.text()).isEqualTo("<fake_token_around_image><global-img><image><fake_token_around_image>");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 10000", "1000, 2", "1, 1"})
    void seesPicturesThatAreAllLength(int width, int height) {
        RasterImage picture = new RasterImage(width, height, new byte[3 * width * height]);
        MediaPlan plan = media().plan(picture.size(), 1);

        for (int unit = 0; unit < plan.units().size(); unit++) {
            PixelPatches patches = media().pixels(picture, 1).apply(unit);
            assertThat(patches.plan()).isEqualTo(plan.units().get(unit).plan());
            assertThat(patches.values()).hasSize(3 * 56 * 56).containsOnly(-1);
        }
    }

    @Test
    void itsTokensLieWhereTheirPixelsAre() {
        MediaPlan plan = media().plan(new ImageSize(600, 400), 1);

        // 3 columns and 2 rows of tiles, 4 x 4 tokens each
        assertThat(plan.units().get(4).plan().area(0, 0).left()).isEqualTo(200);
        assertThat(plan.units().get(4).plan().area(0, 0).top()).isEqualTo(200);
        assertThat(plan.units().get(4).plan().area(3, 3).width()).isEqualTo(50);
        assertThat(plan.units().get(6).plan().area(3, 3).left()).isEqualTo(450);
    }

    @Test
    void takesVideosOfAnyShapeUnlessItIsIdefics3() {
        VideoTimes times = new VideoTimes(List.of(0, 30), 30, 60);
        RasterImage frame = new RasterImage(1, 300, new byte[900]);

        MediaPlan plan = media().plan(frame.size(), times);
        assertThat(plan.units()).hasSize(2);
        assertThat(plan.text()).startsWith("You are provided the following series of two frames from a 0:00:02");
        assertThat(media().pixels(number -> frame, times).apply(1).plan())
                .isEqualTo(plan.units().get(1).plan());

        SmolVlmMedia idefics = new SmolVlmMedia(
                config("model_type", "\"idefics3\""),
                pictures("{\"max_image_size\": {\"longest_edge\": 56}, \"size\":" + " {\"longest_edge\": 168}}"),
                "<image>",
                false);
        assertThat(config("model_type", "\"idefics3\"").isIdefics3()).isTrue();
        assertThat(idefics.videoPlaceholder()).isNull();
        assertThat(idefics.frameSampling()).isNull();
        assertThatThrownBy(() -> idefics.plan(frame.size(), times))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("takes no videos");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"size\": {\"longest_edge\": 1000000000}}",
                "{\"size\": {\"longest_edge\": 0}}",
                "{\"size\": {\"shortest_edge\": 10}}",
                "{\"size\": 300}",
                "{\"max_image_size\": {\"longest_edge\": 0}}",
                "{\"max_image_size\": {\"longest_edge\": 1000000000}}",
                "{\"max_image_size\": {\"longest_edge\": 1}}",
                "{\"do_resize\": false}",
                "{\"video_sampling\": {\"fps\": 0}}",
                "{\"video_sampling\": {\"max_frames\": 1000000000}}",
                "{\"resample\": 7}"
            })
    void refusesFilesOfPicturesThatCannotBe(String file) {
        assertThatThrownBy(() -> pictures(file))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("preprocessor_config.json");
    }

    @Test
    void refusesTilesForWhichTheTowerHasNoPlaces() {
        assertThatThrownBy(() -> new SmolVlmMedia(config(), pictures(RELEASED), "<image>", true))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("tiles of 512 pixels")
                .hasMessageContaining("places for 8");
    }

    @Test
    void refusesNumbersThatDoNotGoTogether() {
        assertThatThrownBy(() -> config("scale_factor", "0")).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> config("scale_factor", "3"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("a divisor of 8");
        assertThatThrownBy(() -> config("image_size", "1000000000")).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> config("patch_size", "0")).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> SmolVlmConfig.of(ModelConfig.ofJson(
                        "config.json",
                        ModelConfig.ofFile(FOLDER.resolve("config.json"))
                                .node()
                                .toString()
                                .replace("smolvlm_vision", "odd"))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'odd'");
    }
}
