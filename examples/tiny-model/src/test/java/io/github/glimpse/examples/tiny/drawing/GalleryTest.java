package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalleryTest {

    @Test
    void writesASheetForEachFamilyAndOneOfTheFaces(@TempDir Path directory) throws IOException {
        Gallery.write(directory);
        assertThat(ImageIO.read(directory.resolve("faces.png").toFile()).getHeight())
                .isEqualTo(13 * 148);
        for (String name : new String[] {"doc", "sign", "chart", "scene", "dense"}) {
            assertThat(ImageIO.read(directory.resolve(name + ".png").toFile())).isNotNull();
            assertThat(ImageIO.read(directory.resolve(name + "-unseen.png").toFile()))
                    .isNotNull();
            assertThat(directory.resolve(name + ".txt")).isNotEmptyFile();
        }
    }
}
