package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.ModelFilesException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeSettingsTest {

    private static NativeSettings config(String json) {
        try {
            return NativeSettings.of(new PreprocessorFile(new ObjectMapper().readTree(json)), NativeSettings.QWEN2);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void assertRefused(String json, String key) {
        assertThatThrownBy(() -> config(json))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("preprocessor_config.json")
                .hasMessageContaining(key);
    }

    @Test
    void hasTheDefaultsOfTheReference() {
        NativeSettings config = config("{}");
        assertThat(config.patchSize()).isEqualTo(14);
        assertThat(config.temporalPatchSize()).isEqualTo(2);
        assertThat(config.mergeSize()).isEqualTo(2);
        assertThat(config.minPixels()).isEqualTo(3136);
        assertThat(config.maxPixels()).isEqualTo(1_003_520);
        assertThat(config.scale().value(0, (byte) 0)).isEqualTo((float) -0.48145466 / (float) 0.26862954);
    }

    /** 7 pixels and 8 frames have as many values as 14 pixels and 2 frames: the tower would take them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "patch_size": 28                            | "patch_size": 28         | "patch_size": 14
            "patch_size": 7, "temporal_patch_size": 8   | "patch_size": 7          | "patch_size": 14
            "temporal_patch_size": 1                    | "temporal_patch_size": 1 | "temporal_patch_size": 2
            "merge_size": 1                             | "merge_size": 1          | "spatial_merge_size": 2
            """)
    void refusesToCutPicturesInAnotherWayThanTheTowerWantsAndNamesBothFiles(
            String settings, String said, String wanted) {
        assertThatThrownBy(() -> config("{" + settings + "}").checkFits(14, 2, 2, 3))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("preprocessor_config.json has " + said)
                .hasMessageContaining("config.json has " + wanted);
    }

    @Test
    void refusesATowerOfOtherThanThreeColours() {
        config("{}").checkFits(14, 2, 2, 3);
        assertThatThrownBy(() -> config("{}").checkFits(14, 2, 2, 1))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("\"in_channels\": 1");
    }

    @Test
    void takesNullForMissing() {
        assertThat(config("{\"min_pixels\": null, \"patch_size\": null}").minPixels())
                .isEqualTo(3136);
    }

    @Test
    void readsTheBudgetFromSizeWhereItIsNotStatedItself() {
        NativeSettings config = config("{\"size\": {\"shortest_edge\": 65536, \"longest_edge\": 16777216}}");
        assertThat(config.minPixels()).isEqualTo(65536);
        assertThat(config.maxPixels()).isEqualTo(16777216);

        NativeSettings both =
                config("{\"max_pixels\": 70000, \"size\": {\"shortest_edge\": 65536, \"longest_edge\": 16777216}}");
        assertThat(both.minPixels()).isEqualTo(65536);
        assertThat(both.maxPixels()).isEqualTo(70000);

        assertThat(config("{\"size\": {\"min_pixels\": 4000, \"max_pixels\": 5000}}")
                        .maxPixels())
                .isEqualTo(5000);
    }

    @Test
    void letsTheBudgetBeReplaced() {
        NativeSettings config = config("{}").withPixelBudget(784, 7840);
        assertThat(config.minPixels()).isEqualTo(784);
        assertThat(config.maxPixels()).isEqualTo(7840);
        assertThat(config.patchSize()).isEqualTo(14);
        assertThatThrownBy(() -> config.withPixelBudget(100, 99))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("100 to 99");
        assertThatThrownBy(() -> config.withPixelBudget(100, 783))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("784");
    }

    @Test
    void namesTheKeyThatIsWrong() {
        assertRefused("[]", "no JSON object");
        assertRefused("{\"patch_size\": 0}", "patch_size");
        assertRefused("{\"patch_size\": \"14\"}", "patch_size");
        assertRefused("{\"merge_size\": 2.5}", "merge_size");
        assertRefused("{\"temporal_patch_size\": 5000}", "temporal_patch_size");
        assertRefused("{\"max_pixels\": 99999999999}", "max_pixels");
        assertRefused("{\"min_pixels\": 2000000}", "min_pixels");
        assertRefused("{\"size\": {\"shortest_edge\": -1}}", "size.shortest_edge");
        assertRefused("{\"image_mean\": [0.5, 0.5]}", "image_mean");
        assertRefused("{\"image_std\": [0.5, 0, 0.5]}", "image_std");
        assertRefused("{\"image_std\": [0.5, \"x\", 0.5]}", "image_std");
        assertRefused("{\"rescale_factor\": 0}", "rescale_factor");
        assertRefused("{\"rescale_factor\": true}", "rescale_factor");
        assertRefused("{\"do_normalize\": 1}", "do_normalize");
        assertRefused("{\"do_resize\": false}", "do_resize");
        assertRefused("{\"resample\": 2}", "resample");
    }

    @Test
    void leavesOutStepsThatAreSwitchedOff() {
        assertThat(config("{\"do_normalize\": false}").scale().value(1, (byte) 255))
                .isEqualTo(1f);
        assertThat(config("{\"do_normalize\": false, \"do_rescale\": false}")
                        .scale()
                        .value(1, (byte) 255))
                .isEqualTo(255f);
    }
}
