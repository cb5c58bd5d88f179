package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SampleReceiptTest {

    private static final Path QUICKSTART = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("examples/quickstart/src/main/resources/receipt.png");

    @Test
    void isTheQuickstartsReceipt() throws IOException {
        assertThat(pixels(Files.readAllBytes(QUICKSTART))).isEqualTo(pixels(SampleReceipt.png()));
    }

    @Test
    void hasTheValuesOfItsKeys() {
        assertThat(SampleReceipt.value("total")).isEqualTo("87.00");
        assertThat(SampleReceipt.value("order")).isEqualTo("Z79");
    }

    private static int[] pixels(byte[] png) throws IOException {
        var image = ImageIO.read(new ByteArrayInputStream(png));
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }
}
