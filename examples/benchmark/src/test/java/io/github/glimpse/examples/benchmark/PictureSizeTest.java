package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.Transparency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of a wanted number of image tokens, by the settings of a model's folder. */
class PictureSizeTest {

    @TempDir
    private Path folder;

    private ImageSize sizeOf(int tokens) throws IOException {
        byte[] picture = Files.readAllBytes(PictureSize.of(folder).write(tokens, 0, folder));
        return new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).readSize(picture);
    }

    @Test
    void aTokenOfQwenIsTwoByTwoPatches() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"qwen3_vl\", \"vision_config\": {\"patch_size\": 16, \"spatial_merge_size\": 2}}");

        assertThat(sizeOf(600)).isEqualTo(new ImageSize(25 * 32, 24 * 32));
    }

    @Test
    void aPictureOfSmolVlmIsWholeRowsOfTilesAndItselfOnceMore() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"smolvlm\", \"scale_factor\": 4, \"vision_config\": {\"patch_size\": 16, \"image_size\": 512}}");
        Files.writeString(folder.resolve("preprocessor_config.json"), "{\"size\": {\"longest_edge\": 2048}}");

        // A tile has 64 tokens: 4 of them and the picture are 320, 16 and the picture 1,088.
        assertThat(sizeOf(320)).isEqualTo(new ImageSize(2_048, 512));
        assertThat(sizeOf(1_088)).isEqualTo(new ImageSize(2_048, 2_048));
    }
}
